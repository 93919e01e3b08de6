"""The quick way of `keydesk token` prints a stored key and imports next to nothing. The slow way does the rest."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keydesk.client.key_file import key_file, printed

FAR = str(2**40)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the files, with a key that was last printed a minute ago."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("KEYDESK_PROFILE", raising=False)
    stored(tmp_path / "keydesk", "default", "")
    return tmp_path / "keydesk"


def stored(folder: Path, profile: str, tool: str, renew_at: str = FAR) -> Path:
    file = Path(key_file(str(folder), profile, tool))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"sk-{profile}{tool}\nkey_1\n{renew_at}\n{FAR}\n")
    file.chmod(0o600)
    a_minute_ago(file)
    return file


def a_minute_ago(file: Path) -> None:
    os.utime(file, (time.time() - 60, time.time() - 60))


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sets the folder of Linux")


def test_a_stored_key_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(folder, "work", "claude")
    stored(folder, "default", "codex")
    assert printed([])
    assert printed(["--for", "claude", "--profile", "work"])
    assert printed(["--for", "codex"])
    monkeypatch.setenv("KEYDESK_PROFILE", "work")
    a_minute_ago(Path(key_file(str(folder), "work", "claude")))
    assert printed(["--for", "claude"])
    assert capsys.readouterr().out.split() == [
        "sk-default",
        "sk-workclaude",
        "sk-defaultcodex",
        "sk-workclaude",
    ]


def test_a_second_call_within_seconds_asks_the_server(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tool that was refused runs the command again."""
    assert printed([])
    assert not printed([])
    a_minute_ago(Path(key_file(str(folder), "default", "")))
    assert printed([])
    assert capsys.readouterr().out.count("sk-default") == 2


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--new"], ["--for"], ["--for", "../x"], ["--profile", "none"], ["--for=x"], ["x", "y"]],
    ids=str,
)
def test_everything_else_takes_the_slow_way(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.exists()
    assert not printed(arguments)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content", ["", "sk-x\n", "sk-x\nkey\n1\n0\n", "sk-x\nkey\nsoon\n0\n", "\u00e4\n" * 5]
)
def test_a_key_that_is_due_or_damaged_is_not_printed(folder: Path, content: str) -> None:
    file = Path(key_file(str(folder), "default", ""))
    file.write_text(content)
    assert not printed([])


def test_the_quick_way_imports_no_library(folder: Path) -> None:
    code = "import sys; before = {*sys.modules}; sys.argv = ['keydesk', 'token']\n"
    code += "from keydesk.__main__ import main; main(); print(*sorted({*sys.modules} - before))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    assert folder.exists()
    secret, modules = ran.stdout.splitlines()
    assert secret == "sk-default"
    assert modules.split() == [
        "keydesk",
        "keydesk.__main__",
        "keydesk.client",
        "keydesk.client.folder",
        "keydesk.client.key_file",
    ]
