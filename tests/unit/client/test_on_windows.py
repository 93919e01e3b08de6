"""The person's side on Windows: no module of POSIX, its locks and renaming, and what its shells understand."""

import errno
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from keydesk.cli.tool_choice import command_for
from keydesk.client import files
from keydesk.client.errors import ClientError
from keydesk.client.folder import config_folder
from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Given
from keydesk.client.setup.target import private
from keydesk.client.setup.tools.all_tools import TOOLS
from keydesk.doctor.machine.tools import claude_code
from keydesk.doctor.machine.variables import how_to_set, how_to_unset

IMPORTS = """
import importlib, pkgutil, sys
from types import ModuleType
import keydesk.client, keydesk.doctor.machine
from keydesk.cli import main

def imported():
    packages = [keydesk.client, keydesk.doctor.machine]
    found = [each.name for one in packages for each in pkgutil.walk_packages(one.__path__, one.__name__ + ".")]
    places = [main._PLACES.get(name, name).partition(":")[0] for name in main._PERSON]
    commands = [f"keydesk.cli.{place}" for place in places if place not in {"keys", "usage"}]
    for name in [*found, *commands, "keydesk.cli.own_keys", "keydesk.__main__"]:
        importlib.import_module(name)

imported()  # so that libraries, which know Windows, are there already
for name in [each for each in sys.modules if each.partition(".")[0] == "keydesk" and each != "keydesk"]:
    del sys.modules[name]
for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop"):
    sys.modules[name] = None
sys.platform, sys.modules["msvcrt"] = "win32", ModuleType("msvcrt")
imported()
print(len([each for each in sys.modules if each.startswith("keydesk.client.")]))
"""
PROGRAM = r"C:\Users\Jane O'Brien\AppData\Local\keydesk.exe"
GIVEN = Given(
    "https://llm.example.com", "gpt-4o", [], (PROGRAM, "token", "--for", "claude-code"), "sk-the-secret"
)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


def places(home: Path, **environment: str) -> Places:
    return Places("win32", home, environment, home / "keydesk")


@pytest.mark.long
def test_no_module_of_posix_is_imported() -> None:
    ended = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 40


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The calls of a lock that another process holds for half a minute."""
    made: list[int] = []
    fake: Any = ModuleType("msvcrt")

    def locking(_descriptor: int, mode: int, _length: int) -> None:
        made.append(mode)
        if len(made) < 4:
            raise OSError(errno.EDEADLK, "no lock after ten seconds")

    fake.LK_LOCK, fake.locking = 1, locking
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    return made


def test_a_lock_is_waited_for(calls: list[int], tmp_path: Path) -> None:
    spec = spec_from_file_location("files_on_windows", files.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.locked(tmp_path / "folder" / "lock"):
        assert calls == [1, 1, 1, 1]


@pytest.mark.usefixtures("windows")
def test_a_file_that_a_program_reads_is_replaced_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [PermissionError()] * 3
    monkeypatch.setattr(files, "_PAUSE_SECONDS", 0)

    def replace(new: Path, path: Path) -> None:
        if refusals:
            raise refusals.pop()
        new.rename(path)

    monkeypatch.setattr(Path, "replace", replace)
    files.write_private(tmp_path / "key", "sk-x")
    assert (tmp_path / "key").read_text() == "sk-x"
    refusals += [PermissionError(errno.EACCES, "Access is denied")] * 100
    with pytest.raises(ClientError, match="Access is denied"):
        files.write_private(tmp_path / "key", "sk-y")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_folder_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "keydesk").touch()
    with pytest.raises(ClientError, match="cannot be written"), files.locked(tmp_path / "keydesk" / "lock"):
        pass


@pytest.mark.usefixtures("windows")
def test_permissions_stay_those_of_the_folder() -> None:
    assert private(0o666) == 0o666


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [
        ("win32", "LOCALAPPDATA", "/home/Local/keydesk"),
        ("darwin", "HOME", "/home/Local/Library/Application Support/keydesk"),
        ("linux", "XDG_CONFIG_HOME", "/home/Local/keydesk"),
    ],
)
def test_the_folder_of_each_system(
    platform: str, variable: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, "/home/Local")
    assert config_folder() == folder


def test_doctor_reads_the_helper_that_the_set_up_wrote(tmp_path: Path) -> None:
    (edit,) = TOOLS["claude-code"].plan(places(tmp_path), GIVEN).edits
    helper = edit.changes[0].value
    assert helper == f'"{PROGRAM}" token --for claude-code'
    edit.path.parent.mkdir()
    escaped = helper.replace("\\", "\\\\").replace('"', '\\"')
    edit.path.write_text(f'{{"apiKeyHelper": "{escaped}"}}')
    settings = claude_code(places(tmp_path))
    assert settings is not None
    assert (settings.uses_keydesk, settings.key_name, settings.helper[0]) == (True, "claude-code", PROGRAM)


def test_texts_for_powershell_and_for_git_bash(tmp_path: Path) -> None:
    command = "& '" + PROGRAM.replace("'", "''") + "' 'token' '--for' 'claude-code'"
    lines = TOOLS["env"].plan(places(tmp_path), GIVEN).printed.splitlines()
    assert lines[0] == "$env:OPENAI_BASE_URL = 'https://llm.example.com/v1'"
    assert lines[-1] == f"$env:ANTHROPIC_AUTH_TOKEN = {command}"
    request = TOOLS["curl"].plan(places(tmp_path), GIVEN).printed
    assert request.startswith("Invoke-RestMethod 'https://llm.example.com/v1/chat/completions' ")
    assert f'"Bearer $({command})"' in request
    assert GIVEN.secret not in request
    bash = TOOLS["env"].plan(places(tmp_path, MSYSTEM="MINGW64"), GIVEN).printed
    assert bash.startswith("export OPENAI_BASE_URL=https://llm.example.com/v1\n")
    assert command in TOOLS["cursor"].plan(places(tmp_path), GIVEN).printed


@pytest.mark.usefixtures("windows")
def test_variables_of_powershell() -> None:
    assert how_to_set(NO_PROXY="$NO_PROXY,llm") == '$env:NO_PROXY = "$env:NO_PROXY,llm"'
    assert how_to_set(A="1", B="2") == '$env:A = "1"; $env:B = "2"'
    assert how_to_unset("A") == "Remove-Item Env:A"


def test_the_program_that_runs_is_the_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' programs say their path without its ending."""
    program = tmp_path / "keydesk.exe"
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "keydesk")])
    assert command_for(TOOLS["codex"], "default") == (str(program), "token", "--for", "codex")
