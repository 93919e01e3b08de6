"""Where each tool keeps its files, on each system and with each variable."""

from pathlib import Path

import pytest

from keydesk.client.setup.places import Places
from keydesk.client.setup.tools.all_tools import TOOLS
from tests.unit.client.setup.conftest import GIVEN

SYSTEMS = ("linux", "darwin", "win32")
LIBRARY, ROAMING = "Library/Application Support", "AppData/Roaming"
USUAL = {
    "claude-code": (".claude/settings.json",) * 3,
    "codex": (".codex/config.toml",) * 3,
    "opencode": (".config/opencode/opencode.json",) * 3,
    "gemini": (".gemini/settings.json",) * 3,
    "continue": (".continue/config.yaml",) * 3,
    "aider": (".aider.conf.yml",) * 3,
    "llm": tuple(
        f"{base}/io.datasette.llm/extra-openai-models.yaml" for base in (".config", LIBRARY, ROAMING)
    ),
    "zed": (".config/zed/settings.json", ".config/zed/settings.json", f"{ROAMING}/Zed/settings.json"),
    "vscode": tuple(f"{base}/Code/User/chatLanguageModels.json" for base in (".config", LIBRARY, ROAMING)),
}


def files(tool: str, places: Places) -> list[str]:
    return [edit.path.as_posix() for edit in TOOLS[tool].plan(places, GIVEN).edits]


@pytest.mark.parametrize("tool", USUAL)
@pytest.mark.parametrize("system", SYSTEMS)
def test_in_the_home_directory(tool: str, system: str) -> None:
    found = files(tool, Places(system, Path("/home/jane"), {}, Path("/keydesk")))
    assert f"/home/jane/{USUAL[tool][SYSTEMS.index(system)]}" in found


@pytest.mark.parametrize(
    ("tool", "variable", "file"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", "/moved/settings.json"),
        ("codex", "CODEX_HOME", "/moved/config.toml"),
        ("opencode", "XDG_CONFIG_HOME", "/moved/opencode/opencode.json"),
        ("gemini", "GEMINI_CLI_HOME", "/moved/.gemini/.env"),
        ("continue", "CONTINUE_GLOBAL_DIR", "/moved/.env"),
        ("llm", "LLM_USER_PATH", "/moved/keys.json"),
        ("llm", "XDG_CONFIG_HOME", "/moved/io.datasette.llm/keys.json"),
        ("zed", "XDG_CONFIG_HOME", "/moved/zed/settings.json"),
        ("vscode", "XDG_CONFIG_HOME", "/moved/Code/User/chatLanguageModels.json"),
    ],
)
def test_where_a_variable_moves_them(tool: str, variable: str, file: str) -> None:
    assert file in files(tool, Places("linux", Path("/home/jane"), {variable: "/moved"}, Path("/keydesk")))


@pytest.mark.parametrize("tool", ["llm", "zed", "vscode"])
def test_where_windows_moves_them(tool: str) -> None:
    places = Places("win32", Path("/home/jane"), {"APPDATA": "/moved"}, Path("/keydesk"))
    assert all(file.startswith("/moved/") for file in files(tool, places))


def test_opencode_with_comments(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.jsonc").touch()
    assert files("opencode", Places("linux", tmp_path, {}, tmp_path))[1].endswith("/opencode.jsonc")


@pytest.mark.parametrize(
    ("system", "helper"),
    [
        ("linux", "'/opt/own tools/bin/keydesk' token --for tool"),
        ("win32", '"/opt/own tools/bin/keydesk" token --for tool'),
    ],
)
def test_the_shell_of_each_system_finds_the_helper(system: str, helper: str) -> None:
    (edit,) = TOOLS["claude-code"].plan(Places(system, Path("/home"), {}, Path("/keydesk")), GIVEN).edits
    assert edit.changes[0].value == helper
