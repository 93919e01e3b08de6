"""The real coding tools answer after one `keydesk setup`, their spend is seen, and `unsetup` restores their files.

They come from npm and PyPI. Without KEYDESK_TEST_TOOLS, or for a tool that is not there, the test is skipped.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.resilience.processes.coding_tools import CODING_TOOLS, CodingTool
from tests.resilience.processes.machine_sign_in import keydesk_of, sign_in
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.sandbox import sandbox_at
from tests.unit.client.setup.files import OF_TOOLS

pytestmark = [pytest.mark.anyio, pytest.mark.real_tools]

JANE = unique("jane")
_MINE = {"claude-code", "codex", "gemini"}
"""Tools that get a file of the person with comments first. The others get an empty home directory."""

PROVIDERS = {"codex": ("openai/gpt-4o-mini", "/v1"), "claude-code": ("anthropic/claude-sonnet", "")}
"""The model at a provider, and the base path of the provider's API.

LiteLLM's mock responses do not stream in the Responses API and cost nothing in Anthropic's API. For these tools, a
sandbox gateway is the provider behind LiteLLM.
"""


@pytest.fixture(scope="module")
def keydesk(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with keydesk_of(JANE, upstream, tmp_path_factory.mktemp("coding-tools")) as address:
        yield address


@pytest.fixture(scope="module")
def provider(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """Return a gateway that can be the provider of models: a sandbox."""
    with ExitStack() as stack:
        is_sandbox = upstream.name == "sandbox"
        yield upstream if is_sandbox else stack.enter_context(sandbox_at(tmp_path_factory.mktemp("provider")))


@pytest.fixture
async def model(tool: CodingTool, upstream: Upstream, provider: Upstream, make: Maker) -> str | None:
    """Return the model to set the tool up for, or None for the one that Keydesk chooses."""
    if upstream is provider or tool.id not in PROVIDERS:
        return None
    name, (at_provider, path) = unique("model"), PROVIDERS[tool.id]
    await make.model(
        name,
        model=at_provider,
        api_base=f"{provider.url}{path}",
        api_key=provider.master_key,
        input_cost_per_token=0.000003,
        output_cost_per_token=0.000015,
    )
    return name


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
    tool: CodingTool, environment: dict[str, str], model: str | None, tmp_path: Path
) -> None:
    if not tool.is_installed:
        pytest.skip(f"{tool.asking[0]} is not in KEYDESK_TEST_TOOLS")

    def command(*arguments: str) -> str:
        ended = run_command(*arguments, environment=environment)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    home = tmp_path / "home"
    setup = ["setup", tool.id, *(("--model", model) if model else ())]
    if model:
        await eventually(
            partial(asyncio.to_thread, command, "models", "--json"), lambda shown: model in shown
        )
    files = paths_in(command(*setup, "--dry-run"))
    if tool.id in _MINE:
        for path, text in zip(files, OF_TOOLS[tool.id], strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    before = [path.read_bytes() if path.exists() else None for path in files]

    secret = "" if tool.id in {"claude-code", "codex"} else "sk-"
    assert "sk-" not in command(*setup, "--yes")
    assert any(secret and "sk-" in path.read_text() for path in files) == bool(secret)
    assert run_command(*setup, environment=environment).stderr.endswith("Nothing was changed.\n")

    ended = await asyncio.to_thread(tool.answer, home, environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "hi from" in ended.stdout, ended.stdout + ended.stderr
    usage = partial(asyncio.to_thread, command, "usage", "--by", "key", "--json")
    await eventually(usage, lambda shown: spent(shown, tool.id))

    command("unsetup", tool.id, "--yes")
    assert [path.read_bytes() if path.exists() else None for path in files] == before


def paths_in(difference: str) -> list[Path]:
    """Return the files of a difference, which do not exist yet."""
    return [Path(line[4:]) for line in difference.splitlines() if line.startswith("+++ ")]


def spent(usage: str, tool: str) -> bool:
    """Return whether the key of the tool has spend."""
    groups = json.loads(usage)["groups"]
    return any(f" {tool} " in str(group["label"]) and group["spend"] > 0 for group in groups)
