"""The scripts of `keydesk completion` are accepted by the shells, and complete commands and options."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.peers.commands import run_command

CHECKS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}
COMPLETED_BY_BASH = """
source "$1"
COMP_WORDS=(${2//_/ } "") COMP_CWORD=$(wc -w <<< "${2//_/ }")
_keydesk
printf '%s\\n' "${COMPREPLY[@]}"
"""


def script(shell: str, folder: Path) -> Path:
    ended = run_command("completion", shell)
    assert (ended.returncode, ended.stderr) == (0, "")
    file = folder / f"keydesk.{shell}"
    file.write_text(ended.stdout)
    return file


def ran(*command: str) -> str:
    ended = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - a shell of the system
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize("shell", CHECKS)
def test_the_shell_accepts_the_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    ran(*CHECKS[shell], str(script(shell, tmp_path)))


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("keydesk", {"whoami", "keys", "doctor", "serve"}),
        ("keydesk_keys", {"list", "create", "narrow"}),
        ("keydesk_completion", {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes(typed: str, completed: set[str], tmp_path: Path) -> None:
    found = ran("bash", "-c", COMPLETED_BY_BASH, "bash", str(script("bash", tmp_path)), typed)
    assert completed <= {*found.split()}


def test_fish_completes(tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    file = script("fish", tmp_path)
    found = ran("fish", "--no-config", "-c", f"source {file}; complete -C 'keydesk requests '")
    assert {"list", "create", "withdraw"} <= {line.split("\t")[0] for line in found.splitlines()}


def test_another_shell_is_wrong_usage() -> None:
    assert run_command("completion", "csh").returncode == 2
