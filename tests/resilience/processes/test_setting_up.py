"""`keydesk setup` and `unsetup` as processes, in a home directory without tools. Nobody is at the terminal."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.resilience.processes.machine_sign_in import keydesk_of, sign_in
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import unique

JANE = unique("jane")
PATHS = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def keydesk(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with keydesk_of(JANE, upstream, tmp_path_factory.mktemp("setting-up")) as address:
        yield address


@pytest.fixture
def home(keydesk: str, tmp_path: Path) -> Path:
    """The home directory of a person who is signed in."""
    home = tmp_path / "home"
    home.mkdir()
    asyncio.run(sign_in(keydesk, JANE, environment(home), tmp_path / "shown"))
    return home


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "NO_PROXY": "127.0.0.1",
        "ANTHROPIC_AUTH_TOKEN": "sk-in-the-shell",
    }


@pytest.fixture
def run(home: Path) -> Run:
    return lambda *arguments: run_command(*arguments, environment=environment(home))


def outside_of_keydesk(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and "keydesk" not in path.parts]


def keys_of(run: Run, tool: str) -> list[dict[str, Any]]:
    keys = json.loads(run("keys", "list", "--json").stdout)
    return [key for key in keys if f" {tool} " in key["key_alias"]]


def test_a_tool_is_set_up_and_back(run: Run, home: Path) -> None:
    file = home / ".claude" / "settings.json"
    dry = run("setup", "claude-code", "--dry-run")
    assert (dry.returncode, dry.stderr, outside_of_keydesk(home)) == (0, "Nothing was changed.\n", [])
    assert '+    "ANTHROPIC_MODEL": "claude-sonnet",' in dry.stdout
    refused = run("setup", "claude-code")
    assert (refused.returncode, "Add --yes" in refused.stderr, outside_of_keydesk(home)) == (1, True, [])
    assert keys_of(run, "claude-code") == [], "no key before the person agrees"

    done = run("setup", "claude-code", "--yes", "--max-budget", "3")
    assert (done.returncode, done.stdout) == (0, dry.stdout)
    assert "ANTHROPIC_AUTH_TOKEN is set in your shell" in done.stderr
    helper = json.loads(file.read_text())["apiKeyHelper"]
    secret = run("token", "--for", "claude-code").stdout.strip()
    assert helper.endswith("keydesk token --for claude-code")
    assert secret.startswith("sk-")
    assert secret not in file.read_text() + done.stdout + done.stderr
    assert [key["max_budget"] for key in keys_of(run, "claude-code")] == [3.0]

    again = run("setup", "claude-code")
    assert (again.returncode, again.stdout) == (0, "")
    other = run("setup", "claude-code", "--model", "gpt-4o-mini", "--dry-run")
    assert '+    "ANTHROPIC_MODEL": "gpt-4o-mini",' in other.stdout

    refused = run("unsetup", "claude-code")
    assert (refused.returncode, file.exists()) == (1, True)
    assert run("unsetup", "claude-code", "--yes").returncode == 0
    assert outside_of_keydesk(home) == []
    nothing = run("unsetup", "claude-code", "--yes")
    assert (nothing.returncode, "was not set up" in nothing.stderr) == (1, True)


def test_a_key_in_a_file_has_an_end_and_is_replaced(run: Run, home: Path) -> None:
    done = run("setup", "opencode", "--yes")
    assert (done.returncode, "It expires on" in done.stderr) == (0, True)
    (key,) = keys_of(run, "opencode")
    assert key["expires_at"] is not None
    stored = home / ".config" / "keydesk" / "keys" / "default@opencode.key"
    secret, identity, _, expires_at, *_ = stored.read_text().split("\n")
    copy = home / ".config" / "keydesk" / "tools" / "opencode.key"
    assert copy.read_text() == f"{secret}\n"
    stored.write_text(f"{secret}\n{identity}\n1\n{expires_at}\n")
    renewed = run("setup", "opencode", "--yes")
    assert "(a secret is replaced)" in renewed.stdout
    assert copy.read_text() not in {f"{secret}\n", ""}
    assert "opencode is still set up" in run("logout").stderr
    assert run("unsetup", "opencode", "--yes").returncode == 0
    assert not copy.exists()


@pytest.mark.parametrize("tool", ["cursor", "env", "curl"])
def test_texts_contain_no_secret(tool: str, run: Run, home: Path) -> None:
    shown = run("setup", tool)
    assert (shown.returncode, "sk-" in shown.stdout, outside_of_keydesk(home)) == (0, False, [])
    assert f"token --for {tool}" in shown.stdout


def test_the_texts_for_a_shell_work(run: Run, home: Path) -> None:
    script = (
        run("setup", "curl").stdout + '\neval "$KEYDESK_LINES"; echo "$OPENAI_BASE_URL ${OPENAI_API_KEY%%-*}"'
    )
    lines = {"KEYDESK_LINES": run("setup", "env").stdout}
    ended = subprocess.run(  # noqa: S603 - our own text
        ["/bin/sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={**PATHS, **environment(home), **lines},
    )
    assert "hi from mini" in ended.stdout, ended.stderr
    assert ended.stdout.rstrip().endswith("/v1 sk")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["claude-code", "--model", "nothing-like-it"], 2, "You cannot use the model nothing-like-it."),
        (["claude-code", "--model", "{file:/etc/passwd}"], 2, "cannot be the name of a model"),
        (["claude-code", "--team", "another-team"], 1, "keydesk teams"),
        (["claude-code", "--profile", "other"], 3, "keydesk login"),
        (["emacs"], 2, "emacs"),
    ],
    ids=str,
)
def test_what_is_refused(arguments: list[str], status: int, said: str, run: Run, home: Path) -> None:
    ended = run("setup", *arguments, "--yes")
    assert (ended.returncode, said in ended.stderr + ended.stdout) == (status, True), ended.stderr
    assert "Traceback" not in ended.stderr
    assert outside_of_keydesk(home) == []
