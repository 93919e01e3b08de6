"""Where coding tools of a machine send their requests, and which variables override them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from keydesk.client.setup.places import Places
from keydesk.doctor.finding import Finding, State
from keydesk.doctor.machine.tool_checks import check_tool, check_variables, tool_settings

GATEWAY = "https://llm.example.com"
OWN_KEY = "sk-of-this-machine"
CLAUDE: dict[str, Any] = {
    "apiKeyHelper": f"{sys.executable} -m keydesk token --for claude",
    "env": {"ANTHROPIC_BASE_URL": GATEWAY, "ANTHROPIC_MODEL": "claude-sonnet"},
}
CODEX = f"""
model = "gpt-4o"
model_provider = "keydesk"
[model_providers.keydesk]
base_url = "{GATEWAY}/v1"
[model_providers.keydesk.auth]
command = "{sys.executable}"
args = ["-m", "keydesk", "token", "--for", "codex"]
"""


def findings(home: Path, gateway: str | None = GATEWAY, **environ: str) -> dict[str, Finding]:
    """Return the findings about the tools of a person with this home folder."""
    settings, unreadable = tool_settings(Places(sys.platform, home, environ, home))
    found = [*unreadable, *(check_tool(each, gateway) for each in settings)]
    set_up = {each.tool for each in settings if each.uses_keydesk}
    found += check_variables(environ, gateway, {OWN_KEY}, set_up)
    return {each.check: each for each in found}


def claude(home: Path, **changes: Any) -> Path:
    file = home / ".claude" / "settings.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(CLAUDE | changes))
    return home


def codex(home: Path, text: str = CODEX) -> Path:
    file = home / ".codex" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return home


def test_tools_that_are_set_up(tmp_path: Path) -> None:
    claude(tmp_path)
    codex(tmp_path)
    assert {each.state for each in findings(tmp_path).values()} == {State.OK}
    (of_claude, of_codex), _ = tool_settings(Places(sys.platform, tmp_path, {}, tmp_path))
    assert (of_claude.model, of_claude.key_name) == ("claude-sonnet", "claude")
    assert (of_codex.model, of_codex.key_name) == ("gpt-4o", "codex")


def test_a_machine_without_tools(tmp_path: Path) -> None:
    assert [*findings(tmp_path)] == ["variables"]


def test_tools_can_keep_their_files_elsewhere(tmp_path: Path) -> None:
    claude(tmp_path)
    codex(tmp_path)
    found = findings(
        tmp_path / "home", CLAUDE_CONFIG_DIR=str(tmp_path / ".claude"), CODEX_HOME=str(tmp_path / ".codex")
    )
    assert found.keys() == {"claude code", "codex", "variables"}


@pytest.mark.parametrize(
    ("changes", "state", "text"),
    [
        ({"env": {"ANTHROPIC_BASE_URL": "https://api.anthropic.com"}}, State.FAILED, "instead of"),
        ({"env": {"ANTHROPIC_BASE_URL": f"{GATEWAY}/v1"}}, State.FAILED, "instead of"),
        ({"env": {}}, State.FAILED, "no gateway"),
        ({"env": CLAUDE["env"] | {"ANTHROPIC_API_KEY": "sk-canary"}}, State.FAILED, "ANTHROPIC_API_KEY in"),
        ({"apiKeyHelper": "nowhere/keydesk token"}, State.FAILED, "cannot run nowhere/keydesk"),
        ({"apiKeyHelper": "vault read key"}, State.WARNING, "does not renew"),
        ({"apiKeyHelper": "'unfinished"}, State.WARNING, "does not renew"),
        ({"apiKeyHelper": None, "env": None}, State.SKIPPED, "keydesk setup claude-code"),
    ],
    ids=str,
)
def test_claude_code(tmp_path: Path, changes: dict[str, Any], state: State, text: str) -> None:
    found = findings(claude(tmp_path, **changes))["claude code"]
    assert (found.state, text in found.detail) == (state, True), found
    assert "canary" not in str(found)
    assert state is State.SKIPPED or "keydesk setup claude-code" in str(found.remedy)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (CODEX.replace(GATEWAY, "https://api.openai.com"), State.FAILED),
        (CODEX.replace('"keydesk"\n[', '"other"\n['), State.SKIPPED),
        (CODEX.replace("base_url", 'env_key = "KEY"\nbase_url'), State.FAILED),
        (CODEX.replace('"token", ', ""), State.WARNING),
        ("", State.SKIPPED),
        ("no TOML", State.FAILED),
    ],
    ids=["elsewhere", "another provider", "env_key", "another helper", "empty", "damaged"],
)  # fmt: skip
def test_codex(tmp_path: Path, text: str, state: State) -> None:
    assert findings(codex(tmp_path, text))["codex"].state is state


def test_a_damaged_file_of_claude_code(tmp_path: Path) -> None:
    claude(tmp_path)
    (tmp_path / ".claude" / "settings.json").write_text("[]")
    assert "keydesk unsetup claude-code" in str(findings(tmp_path)["claude code"].remedy)


def test_the_address_of_the_gateway_is_not_known(tmp_path: Path) -> None:
    """While nobody is signed in, only the file itself can be checked."""
    assert findings(claude(tmp_path), None)["claude code"].state is State.OK


@pytest.mark.parametrize("name", ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK"])
def test_a_variable_that_overrides_claude_code(tmp_path: Path, name: str) -> None:
    assert findings(tmp_path, **{name: "canary"})[f"variable {name}"].state is State.WARNING
    found = findings(claude(tmp_path), **{name: "canary"})[f"variable {name}"]
    assert found.state is State.FAILED
    assert f"unset {name}" in str(found.remedy)
    assert "canary" not in str(found)


def test_variables_that_do_no_harm(tmp_path: Path) -> None:
    environ = {
        "OPENAI_API_KEY": OWN_KEY,
        "OPENAI_BASE_URL": f"{GATEWAY}/v1",
        "GOOGLE_GEMINI_BASE_URL": f"{GATEWAY}/",
        "ANTHROPIC_API_KEY": "",
    }
    assert [*findings(tmp_path, **environ)] == ["variables"]


def test_variables_of_other_tools(tmp_path: Path) -> None:
    found = findings(tmp_path, GEMINI_API_KEY="canary", OPENAI_BASE_URL="https://api.openai.com/v1")
    assert {each.state for each in found.values()} == {State.WARNING}
    assert "https://api.openai.com/v1 instead of" in found["variable OPENAI_BASE_URL"].detail
