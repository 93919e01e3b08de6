"""The person's side of the installed package: all of it without an extra, in an empty home and without a keychain.

Every warning of Python is an error. KEYDESK_TEST_PYTHONS names the interpreters.
"""

import asyncio
import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.api.agents.conftest import told
from tests.deployment.files.packages.clean import PYTHONS, Demo, Environments, running_demo
from tests.resilience.processes.machine_sign_in import code_in, confirm
from tests.support.upstream.making import unique

pytestmark = pytest.mark.deployment_tools
_SECONDS = 60


@dataclass(frozen=True)
class Laptop:
    """Jane's machine. `programs` is the folder of the installed ones, and `home` was empty."""

    python: str
    programs: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.programs}:/usr/local/bin:/usr/bin:/bin"
        return {"HOME": str(self.home), "PATH": path, "PYTHONWARNINGS": "error"}

    def runs(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._ended(str(self.programs / "keydesk"), *arguments)

    def prints(self, *arguments: str) -> str:
        """Return what a command prints, which must succeed."""
        ended = self.runs(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def answers(self, *arguments: str) -> Any:
        return json.loads(self.prints(*arguments, "--json"))

    def shell(self, script: str) -> str:
        ended = self._ended("/bin/sh", "-c", script)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def signs_in(self, desk: str, profile: str) -> str:
        """Sign in with a code that Jane confirms in the portal. Return what the command said."""
        said = self.home.with_name(f"{profile}.txt")
        command = [str(self.programs / "keydesk"), "login", desk, "--device", "--profile", profile]
        with (
            said.open("wb") as errors,
            subprocess.Popen(command, env=self.environment, cwd=self.home, stderr=errors) as process,  # noqa: S603 - our own program
        ):
            asyncio.run(confirm(desk, "jane", code_in(said)))
            assert process.wait(_SECONDS) == 0, said.read_text()
        return said.read_text()

    def _ended(self, *command: str) -> "subprocess.CompletedProcess[str]":
        ended = subprocess.run(  # noqa: S603 - our own program
            command,
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        assert "Traceback" not in ended.stderr
        assert "Warning" not in ended.stderr, ended.stderr
        return ended


@pytest.fixture(scope="module")
def demo(environments: Environments) -> Iterator[Demo]:
    """The server runs on the interpreter of the tests."""
    with running_demo(environments.demo(sys.executable)) as running:
        yield running


@pytest.fixture(scope="module", params=PYTHONS)
def laptop(
    request: pytest.FixtureRequest,
    environments: Environments,
    demo: Demo,
    tmp_path_factory: pytest.TempPathFactory,
) -> Laptop:
    home = tmp_path_factory.mktemp("laptop") / "home"
    home.mkdir()
    made = Laptop(request.param, environments.base(request.param), home)
    assert "which only you can read" in made.signs_in(demo.desk, "default")
    return made


def test_the_sign_in_is_in_a_private_file_until_its_end(laptop: Laptop, demo: Demo) -> None:
    shown = laptop.answers("whoami")
    assert shown == {
        "person": "user:default/jane",
        "server": demo.desk,
        "issuer": demo.desk,
        "profile": "default",
        "tokens": "file",
    }
    laptop.signs_in(demo.desk, "second")
    secret = laptop.prints("token", "--profile", "second")
    files = [*laptop.home.rglob("*second*")]
    assert {path.suffix for path in files} >= {".json", ".key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    laptop.prints("logout", "--profile", "second")
    assert secret.startswith("sk-")
    assert [path for path in laptop.home.rglob("*second*") if path.suffix != ".lock"] == []
    assert laptop.runs("whoami", "--profile", "second").returncode == 3


def test_keys(laptop: Laptop) -> None:
    name = unique("desk")
    secret = laptop.prints("keys", "create", name, "--max-budget", "5", "--duration", "7d").strip()
    assert re.search(rf"^ *{name} +active +\$0\.00 +\$5\.00", laptop.prints("keys", "list"), re.MULTILINE)
    renewed = laptop.answers("keys", "rotate", name)
    assert renewed["key"] not in {"", secret}
    laptop.prints("keys", "block", name)
    (state,) = [key["blocked"] for key in laptop.answers("keys", "list") if key["token"] == renewed["token"]]
    assert state is True
    laptop.prints("keys", "unblock", name)
    laptop.prints("keys", "extend", name, "30d")
    laptop.prints("keys", "revoke", name, "--yes")
    assert laptop.runs("keys", "block", name).returncode == 1


def test_what_the_person_may_and_has_spent(laptop: Laptop) -> None:
    assert "Total" in laptop.prints("usage")
    assert "gpt-4o-mini" in laptop.prints("models")
    assert laptop.answers("teams")
    assert "Account" in laptop.prints("budget")
    wanted = ("account-budget", "--max-budget", "5000", "--reason", "Load tests")
    made = laptop.answers("requests", "create", *wanted)
    assert "$5,000.00" in laptop.prints("requests", "list")
    laptop.prints("requests", "withdraw", made["id"])
    assert laptop.answers("requests", "list")[0]["state"] == "withdrawn"


def test_tools_use_the_gateway_until_the_set_up_is_undone(laptop: Laptop) -> None:
    files = {
        laptop.home / ".claude" / "settings.json": b'{"env": {"A": "1"},\r\n "theme": "dark"}',
        laptop.home / ".codex" / "config.toml": b'# mine\nmodel = "o3" # usual\n',
    }
    for path, content in files.items():
        path.parent.mkdir()
        path.write_bytes(content)
    for tool in ("claude-code", "codex"):
        laptop.prints("setup", tool, "--yes")
    assert all(b"keydesk" in path.read_bytes() for path in files)
    helper = json.loads((laptop.home / ".claude" / "settings.json").read_text())["apiKeyHelper"]
    assert laptop.shell(helper).startswith("sk-")
    states = {check["check"]: check["state"] for check in laptop.answers("doctor")["checks"]}
    assert [*states.values()] == ["ok"] * len(states), states
    assert {"sign-in", "gateway", "key claude-code", "claude code", "codex"} <= states.keys()
    for tool in ("claude-code", "codex"):
        laptop.prints("unsetup", tool, "--yes")
    assert {path: path.read_bytes() for path in files} == files


def test_a_shell_and_a_model(laptop: Laptop, demo: Demo) -> None:
    environment = laptop.prints("setup", "env")
    variables = laptop.shell(
        f'{environment}printf "%s\n" "$OPENAI_BASE_URL" "$OPENAI_API_KEY" "$ANTHROPIC_AUTH_TOKEN"'
    )
    address, *keys = variables.split()
    assert demo.completions.startswith(f"{address}/")
    assert [key[:3] for key in keys] == ["sk-", "sk-"]
    assert "hi from mini" in laptop.shell(laptop.prints("setup", "curl"))
    told = laptop.answers("try", "gpt-4o-mini", "hi")
    assert (told["answer"], told["cost"] > 0) == ("hi from mini", True)
    assert laptop.prints("try", "gpt-4o-mini") == "hi from mini\n"


@pytest.mark.anyio
async def test_an_agent_asks_on_standard_input(laptop: Laptop, environments: Environments) -> None:
    """The extra `mcp` is a part of the extra `demo`."""
    command = str(environments.demo(laptop.python) / "keydesk")
    started = StdioServerParameters(command=command, args=["mcp"], env=laptop.environment)
    async with Client(stdio_client(started)) as agent:
        assert (await told(agent, "who_am_i"))["account"] == "jane"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_what_is_installed(laptop: Laptop, shell: str) -> None:
    script = laptop.prints("completion", shell)
    assert all(word in script for word in ("whoami", "claude-code", "--profile"))
    assert "chargeback" not in script
