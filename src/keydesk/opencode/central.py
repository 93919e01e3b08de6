"""What OpenCode reads from Keydesk: how to sign in, and the provider with the models of a person's key. Pure.

OpenCode replaces `{env:NAME}` and `{file:PATH}` anywhere in the text, so a name with a brace is left out.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from keydesk.models.examples import is_chat, known_price
from keydesk.models.models import ModelView

TOOL = "opencode"
VARIABLE = "KEYDESK_OPENCODE_KEY"
"""The variable in which OpenCode keeps the key."""
NOTHING: Mapping[str, Any] = {"config": {}}
_PROVIDER = "keydesk"
_MILLION = 1_000_000


def setup_command(address: str) -> str:
    """Return the command that sets up OpenCode. `address` is Keydesk's."""
    return f"opencode auth login {address}"


def well_known(address: str, config_url: str) -> dict[str, Any]:
    """Return the answer of `/.well-known/opencode`: the command whose output OpenCode stores, and where it sends it."""
    return {
        "auth": {
            "command": ["keydesk", "token", "--for", TOOL, "--login", address],
            "env": VARIABLE,
        },
        "remote_config": {"url": config_url, "headers": {"Authorization": f"Bearer {{env:{VARIABLE}}}"}},
    }


def config_of(gateway: str, names: Collection[str], catalogue: Sequence[ModelView]) -> dict[str, Any]:
    """Return the configuration for a key that can use the models `names`."""
    known = {model.model_name: model for model in catalogue}
    usable = [name for name in names if _is_usable(name, known.get(name))]
    if not usable:
        return explained(gateway, "no-model", "Your key can use no model for chat")
    models = {name: _described(known[name]) if name in known else {} for name in usable}
    default = min(usable, key=lambda name: _preference(known.get(name)))
    return _with_models(gateway, models, default)


def sign_in_again(gateway: str, address: str) -> dict[str, Any]:
    """Return the configuration for a key that does not work anymore."""
    return explained(gateway, "sign-in-again", f"Sign in again: {setup_command(address)}")


def not_available(gateway: str) -> dict[str, Any]:
    """Return the configuration for a key that cannot be checked now, and was not checked recently."""
    return explained(
        gateway, "not-available", "Keydesk cannot read your models now. Start OpenCode again later"
    )


def explained(gateway: str, model: str, text: str) -> dict[str, Any]:
    """Return a configuration whose only model says what to do.

    It is the default, because OpenCode would otherwise send the person's code to a model of another provider.
    """
    return _with_models(gateway, {model: {"name": text}}, model)


def _with_models(gateway: str, models: Mapping[str, Any], default: str) -> dict[str, Any]:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Keydesk",
        "options": {"baseURL": f"{gateway}/v1", "apiKey": f"{{env:{VARIABLE}}}"},
        "models": dict(models),
    }
    return {"config": {"model": f"{_PROVIDER}/{default}", "provider": {_PROVIDER: provider}}}


def _is_usable(name: str, model: ModelView | None) -> bool:
    return "{" not in name and "*" not in name and (model is None or is_chat(model))


def _preference(model: ModelView | None) -> tuple[bool, float]:
    """Order models: those that can call tools first, then the cheapest."""
    if model is None:
        return True, math.inf
    return not model.supports_function_calling, known_price(model)


def _described(model: ModelView) -> dict[str, Any]:
    """Return what OpenCode needs to know of a model. It has its own defaults for what LiteLLM does not know."""
    described: dict[str, Any] = {"attachment": model.supports_vision}
    if model.max_input_tokens and model.max_output_tokens:
        described["limit"] = {"context": model.max_input_tokens, "output": model.max_output_tokens}
    if model.input_cost_per_token is not None and model.output_cost_per_token is not None:
        described["cost"] = {
            "input": model.input_cost_per_token * _MILLION,
            "output": model.output_cost_per_token * _MILLION,
        }
    if model.supports_vision:
        described["modalities"] = {"input": ["text", "image"], "output": ["text"]}
    return described
