"""The real coding tools answer after one `keydesk setup`, their spend is seen, and `unsetup` restores their files.

They come from npm and PyPI. Without KEYDESK_TEST_TOOLS, or for a tool that is not there, the test is skipped.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.resilience.processes.coding_tools import CODING_TOOLS, CodingTool
from tests.resilience.processes.machine_sign_in import keydesk_of, sign_in
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import unique
from tests.unit.client.setup.files import OF_TOOLS

pytestmark = [pytest.mark.anyio, pytest.mark.real_tools]

JANE = unique("jane")
_SECONDS = 90
_MINE = {"claude-code", "codex", "gemini"}
"""Tools that get a file of the person with comments first. The others get an empty home directory."""

CANNOT_ANSWER = {
    ("gemini", "sandbox"): "the sandbox does not offer Gemini's API",
    ("codex", "litellm"): "LiteLLM's mock responses of the Responses API do not stream",
}
WITHOUT_SPEND = {("claude-code", "litellm")}
"""LiteLLM's mock responses of Anthropic's API cost nothing."""


@pytest.fixture(scope="module")
def keydesk(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with keydesk_of(JANE, upstream, tmp_path_factory.mktemp("coding-tools")) as address:
        yield address


@pytest.fixture
async def environment(keydesk: str, tmp_path: Path) -> dict[str, str]:
    """Sign in, and return the environment of the person's machine."""
    home = tmp_path / "home"
    home.mkdir()
    found = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "NO_PROXY": "127.0.0.1",
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }
    await sign_in(keydesk, JANE, found, tmp_path / "shown")
    return found


@pytest.mark.parametrize("tool", CODING_TOOLS, ids=lambda tool: tool.id)
async def test_a_tool_answers(
    tool: CodingTool, environment: dict[str, str], upstream: Upstream, tmp_path: Path
) -> None:
    if not tool.is_installed:
        pytest.skip(f"{tool.asking[0]} is not in KEYDESK_TEST_TOOLS")
    if (tool.id, upstream.name) in CANNOT_ANSWER:
        pytest.skip(CANNOT_ANSWER[tool.id, upstream.name])

    def command(*arguments: str) -> str:
        ended = run_command(*arguments, environment=environment)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    home = tmp_path / "home"
    files = paths_in(command("setup", tool.id, "--dry-run"))
    if tool.id in _MINE:
        for path, text in zip(files, OF_TOOLS[tool.id], strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    before = [path.read_bytes() if path.exists() else None for path in files]

    secret = "" if tool.id in {"claude-code", "codex"} else "sk-"
    assert "sk-" not in command("setup", tool.id, "--yes")
    assert any(secret and "sk-" in path.read_text() for path in files) == bool(secret)
    assert run_command("setup", tool.id, environment=environment).stderr.endswith("Nothing was changed.\n")

    ended = await asyncio.to_thread(tool.answer, home, environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "hi from" in ended.stdout, ended.stdout + ended.stderr
    if (tool.id, upstream.name) not in WITHOUT_SPEND:
        await eventually(lambda: spent(command("usage", "--by", "key", "--json"), tool.id))

    command("unsetup", tool.id, "--yes")
    assert [path.read_bytes() if path.exists() else None for path in files] == before


def paths_in(difference: str) -> list[Path]:
    """Return the files of a difference, which do not exist yet."""
    return [Path(line[4:]) for line in difference.splitlines() if line.startswith("+++ ")]


def spent(usage: str, tool: str) -> bool:
    """Return whether the key of the tool has spend."""
    groups = json.loads(usage)["groups"]
    return any(f" {tool} " in str(group["label"]) and group["spend"] > 0 for group in groups)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for LiteLLM, which counts spend a while after an answer."""
    until = time.monotonic() + _SECONDS
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < until
        await asyncio.sleep(1)
