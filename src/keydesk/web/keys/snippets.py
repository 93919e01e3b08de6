"""Code examples for a new key: shells, SDKs and coding tools. Pure."""

import json
import math
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from keydesk.models.models import ModelView
from keydesk.models.policy import Reach, is_chat
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_OF_ANTHROPIC = {"anthropic", "claude-code"}
_EXAMPLE = "MODEL"
_TERMINAL, _PROGRAM = N_("In a terminal"), N_("In your code")


@dataclass(frozen=True, slots=True)
class Snippet:
    """`place` says where the text belongs: a terminal, or a tool's file."""

    id: str
    label: str
    place: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Ingredients:
    gateway: str
    secret: str = field(repr=False)
    model: str

    @property
    def base(self) -> str:
        return f"{self.gateway}/v1"


def example_model(listed: Sequence[str], catalogue: Sequence[ModelView]) -> ModelView | None:
    """Return the cheapest accessible model for text, preferably a chat model."""
    within = _within(listed, catalogue)
    chats = [model for model in within if is_chat(model)]
    embeddings = [model for model in within if model.mode == "embedding"]
    return min(chats or embeddings, key=_known_price, default=None)


def claude_model(listed: Sequence[str], catalogue: Sequence[ModelView]) -> ModelView | None:
    """Return the cheapest accessible Claude model, or None. Models are recognized by name."""
    claudes = [
        model
        for model in _within(listed, catalogue)
        if is_chat(model) and "claude" in model.model_name.lower()
    ]
    return min(claudes, key=_known_price, default=None)


def snippets(
    gateway: str, secret: str, model: ModelView | None, claude: ModelView | None = None
) -> list[Snippet]:
    """Return all examples for one key. Anthropic tools use `claude` if available, the others `model`.

    Without a model, the examples contain a placeholder.
    """
    name = model.model_name if model else _EXAMPLE
    given = _Ingredients(gateway, secret, name)
    of_anthropic = replace(given, model=claude.model_name) if claude else given
    if model is not None and not is_chat(model):
        kinds = _FOR_ANY_MODEL
    else:
        kinds = (("curl", "curl", _TERMINAL, _curl_chat), *_FOR_ANY_MODEL[1:], *_FOR_CHAT)
    return [
        Snippet(id_, _(label), _(place), make(of_anthropic if id_ in _OF_ANTHROPIC else given))
        for id_, label, place, make in kinds
    ]


def tool_names() -> list[tuple[str, str]]:
    """Return the tools that a key can be set up for: ids of examples with their labels."""
    return [(id_, _(label)) for id_, label, _place, _make in _FOR_CHAT]


def chosen_first(examples: Sequence[Snippet], tools: Collection[str]) -> list[Snippet]:
    """Return the examples with those for the tools first."""
    return sorted(examples, key=lambda example: example.id not in tools)


def _within(listed: Sequence[str], catalogue: Sequence[ModelView]) -> list[ModelView]:
    names = Reach(listed, catalogue).names
    return [model for model in catalogue if model.model_name in names and "*" not in model.model_name]


def _known_price(model: ModelView) -> float:
    return math.inf if model.input_cost_per_token is None else model.input_cost_per_token


def _curl(given: _Ingredients, path: str, body: dict[str, object]) -> str:
    headers = [f"Authorization: Bearer {given.secret}", "Content-Type: application/json"]
    parts = [f"curl {shlex.quote(given.base + path)}", *(f"-H {shlex.quote(header)}" for header in headers)]
    return " \\\n  ".join([*parts, f"-d {shlex.quote(json.dumps(body))}"])


def _curl_chat(given: _Ingredients) -> str:
    words = [{"role": "user", "content": "Hello"}]
    return _curl(given, "/chat/completions", {"model": given.model, "messages": words})


def _curl_embedding(given: _Ingredients) -> str:
    return _curl(given, "/embeddings", {"model": given.model, "input": "Hello"})


def _environment(given: _Ingredients) -> str:
    values = {
        "OPENAI_BASE_URL": given.base,
        "OPENAI_API_KEY": given.secret,
        "ANTHROPIC_BASE_URL": given.gateway,
        "ANTHROPIC_AUTH_TOKEN": given.secret,
    }
    return _exports(values)


def _exports(values: dict[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def _openai(given: _Ingredients) -> str:
    base, key, model = (json.dumps(text) for text in (given.base, given.secret, given.model))
    return (
        "from openai import OpenAI\n\n"
        f"client = OpenAI(base_url={base}, api_key={key})\n"
        "answer = client.chat.completions.create(\n"
        f"    model={model},\n"
        '    messages=[{"role": "user", "content": "Hello"}],\n'
        ")\n"
        "print(answer.choices[0].message.content)"
    )


def _anthropic(given: _Ingredients) -> str:
    base, key, model = (json.dumps(text) for text in (given.gateway, given.secret, given.model))
    return (
        "from anthropic import Anthropic\n\n"
        f"client = Anthropic(base_url={base}, auth_token={key})\n"
        "answer = client.messages.create(\n"
        f"    model={model},\n"
        "    max_tokens=1000,\n"
        '    messages=[{"role": "user", "content": "Hello"}],\n'
        ")\n"
        "print(answer.content[0].text)"
    )


def _claude_code(given: _Ingredients) -> str:
    values = {
        "ANTHROPIC_BASE_URL": given.gateway,
        "ANTHROPIC_AUTH_TOKEN": given.secret,
        "ANTHROPIC_MODEL": given.model,
    }
    return f"{_exports(values)}\nclaude"


def _codex(given: _Ingredients) -> str:
    """Write a separate profile, so that `config.toml` stays unchanged and another key replaces the profile."""
    base, model = json.dumps(given.base), json.dumps(given.model)
    return (
        "mkdir -p ~/.codex && cat > ~/.codex/gateway.config.toml <<'TOML'\n"
        f"model = {model}\n"
        'model_provider = "gateway"\n\n'
        "[model_providers.gateway]\n"
        'name = "LLM gateway"\n'
        f"base_url = {base}\n"
        'env_key = "GATEWAY_API_KEY"\n'
        'wire_api = "responses"\n'
        "TOML\n"
        f"export GATEWAY_API_KEY={shlex.quote(given.secret)}\n"
        "codex --profile gateway"
    )


def _opencode(given: _Ingredients) -> str:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "LLM gateway",
        "options": {"baseURL": given.base, "apiKey": given.secret},
        "models": {given.model: {}},
    }
    config = {
        "$schema": "https://opencode.ai/config.json",
        "model": f"gateway/{given.model}",
        "provider": {"gateway": provider},
    }
    return json.dumps(config, indent=2)


def _continue(given: _Ingredients) -> str:
    base, key, model = (json.dumps(text) for text in (given.base, given.secret, given.model))
    return (
        "models:\n"
        f"  - name: {model}\n"
        "    provider: openai\n"
        f"    model: {model}\n"
        f"    apiBase: {base}\n"
        f"    apiKey: {key}\n"
        "    roles: [chat, edit, apply]"
    )


def _aider(given: _Ingredients) -> str:
    exported = _exports({"OPENAI_API_BASE": given.base, "OPENAI_API_KEY": given.secret})
    return f"{exported}\naider --model {shlex.quote('openai/' + given.model)}"


def _llm(given: _Ingredients) -> str:
    base, model = json.dumps(given.base), json.dumps(given.model)
    return (
        'cat >> "$(dirname "$(llm logs path)")/extra-openai-models.yaml" <<\'YAML\'\n'
        "- model_id: gateway\n"
        f"  model_name: {model}\n"
        f"  api_base: {base}\n"
        "  api_key_name: gateway\n"
        "YAML\n"
        f"llm keys set gateway --value {shlex.quote(given.secret)}\n"
        "llm -m gateway 'Hello'"
    )


_Kind = tuple[str, str, str, Callable[[_Ingredients], str]]
_FOR_ANY_MODEL: tuple[_Kind, ...] = (
    ("curl", "curl", _TERMINAL, _curl_embedding),
    ("environment", N_("Environment variables"), N_("In a terminal or shell profile"), _environment),
)
_FOR_CHAT: tuple[_Kind, ...] = (
    ("openai", "OpenAI SDK (Python)", _PROGRAM, _openai),
    ("anthropic", "Anthropic SDK (Python)", _PROGRAM, _anthropic),
    ("claude-code", "Claude Code", _TERMINAL, _claude_code),
    ("codex", "Codex", _TERMINAL, _codex),
    ("opencode", "OpenCode", N_("In ~/.config/opencode/opencode.json"), _opencode),
    ("continue", "Continue", N_("In ~/.continue/config.yaml"), _continue),
    ("aider", "aider", _TERMINAL, _aider),
    ("llm", "llm", _TERMINAL, _llm),
)
