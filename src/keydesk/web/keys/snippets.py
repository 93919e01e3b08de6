"""Code examples for a new key: shells, SDKs and coding tools. Pure."""

import json
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from keydesk.client.setup.plan import Given, Offered
from keydesk.client.setup.tools import continue_dev, opencode, shell
from keydesk.models.examples import is_chat
from keydesk.models.models import ModelView
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


def snippets(
    gateway: str, secret: str, model: ModelView | None, claude: ModelView | None = None
) -> list[Snippet]:
    """Return all examples for one key. Anthropic tools use `claude` if available, the others `model`.

    Without a model, the examples contain a placeholder.
    """
    name = model.model_name if model else _EXAMPLE
    given = Given(gateway, name, [Offered(name)], (), secret)
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


def _curl(given: Given, path: str, body: str) -> str:
    headers = [f"Authorization: Bearer {given.secret}", "Content-Type: application/json"]
    parts = [f"curl {shlex.quote(given.base + path)}", *(f"-H {shlex.quote(header)}" for header in headers)]
    return " \\\n  ".join([*parts, f"-d {shlex.quote(body)}"])


def _curl_chat(given: Given) -> str:
    return _curl(given, "/chat/completions", shell.hello(given.model))


def _curl_embedding(given: Given) -> str:
    return _curl(given, "/embeddings", json.dumps({"model": given.model, "input": "Hello"}))


def _environment(given: Given) -> str:
    return shell.exported(shell.environment(given.gateway) | dict.fromkeys(shell.KEYS, given.secret))


def _openai(given: Given) -> str:
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


def _anthropic(given: Given) -> str:
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


def _claude_code(given: Given) -> str:
    values = {
        "ANTHROPIC_BASE_URL": given.gateway,
        "ANTHROPIC_AUTH_TOKEN": given.secret,
        "ANTHROPIC_MODEL": given.model,
    }
    return f"{shell.exported(values)}\nclaude"


def _codex(given: Given) -> str:
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


def _opencode(given: Given) -> str:
    config = {
        "$schema": "https://opencode.ai/config.json",
        "model": f"gateway/{given.model}",
        "provider": {"gateway": opencode.provider(given, given.secret)},
    }
    return json.dumps(config, indent=2)


def _continue(given: Given) -> str:
    entry = continue_dev.model(given, given.secret)
    members = "\n    ".join(f"{name}: {json.dumps(value)}" for name, value in entry.items())
    return f"models:\n  - {members}"


def _aider(given: Given) -> str:
    exported = shell.exported({"OPENAI_API_BASE": given.base, "OPENAI_API_KEY": given.secret})
    return f"{exported}\naider --model {shlex.quote('openai/' + given.model)}"


def _llm(given: Given) -> str:
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


_Kind = tuple[str, str, str, Callable[[Given], str]]
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
