"""Every command in the documentation runs as it is printed there."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from keydesk.server.serving import free_port
from tests.architecture.markdown_files import FILES, ROOT, code_blocks, inline_code, name_of
from tests.support.desk.configuring import SECRET
from tests.support.upstream.sandbox import sandbox_at

pytestmark = pytest.mark.deployment_tools
ELSEWHERE = {
    "docs/tutorial/first-key.md": "tests/resilience/processes/test_tutorial.py",
    "docs/how-to/backup.md": "tests/deployment/backup",
}
"""Pages whose commands another test reads and runs."""
COMMANDS_NOT_HERE = {
    "make demo": "test_first_hour.py runs it in a clone",
    "make test": "it runs all other tests",
    "pip install 'keydesk[server]'": "the package is not published; tests/deployment/files/packages installs it",
    "gitleaks git": "needs gitleaks",
    "trufflehog git": "needs trufflehog",
    "keydesk notices test": "needs a channel; tests/unit/cli/test_notices_command.py runs it",
}
"""The start of each command that a machine for tests cannot run, and why. The rest of its block runs."""
BLOCKS_NOT_HERE = {
    "docker build": "needs a Docker daemon",
    "cd deploy/compose": "needs a Docker daemon",
    "keydesk chargeback export": "needs a statement; tests/contract/service/test_statements.py exports it",
    "kubectl create secret": "needs a cluster",
    "python3 -m venv /opt/keydesk": "writes to /opt and /etc, and needs systemd",
    "KEYDESK_TEST_PYTHONS": "needs other versions of Python; tests/deployment/files/packages uses this one",
    "git tag": "publishes a release",
    "git checkout v0.1.0": "publishes a release",
    "uvx --from 'keydesk[demo]==0.1.0'": "the package is not published",
    'curl -H "Authorization: Bearer $TOKEN"': "needs a token of an auditor; tests/golden sends the same requests",
    'curl -X POST -H "Authorization: Bearer $TOKEN"': "needs a token of an admin; tests/golden sends the same request",
    "curl https://keys.example.com/api/litellm/leaks": "needs a Keydesk at this address; tests/api/leaks sends it",
    "body=": "needs the secret of a scanner; tests/api/leaks/test_scanner_reports.py signs a report",
    "curl -X POST https://keys.example.com/api/litellm/keys/$KEY_ID/rotate": "needs a key; tests/golden sends it",
    "curl -X POST https://keys.example.com/api/litellm/teams/$TEAM_ID/service-keys": "needs a team; see tests/golden",
    "export KEYDESK_URL=https://keydesk.example.com": "needs a key; tests/api/test_own_key.py sends the request",
    "#!/bin/sh": "the program of a status line, which needs a key",
    "keydesk login https://keys.example.com": "needs a server; tests/resilience/processes/test_command_line.py",
    "keydesk logout": "needs a server; tests/resilience/processes/test_command_line.py",
    "keydesk token": "needs a server; tests/resilience/processes/test_command_line.py",
    "keydesk setup": "needs a server; tests/api/command_line/test_setting_up.py and test_coding_tools.py",
    'eval "$(keydesk setup env)"': "needs a server; tests/api/command_line/test_setting_up.py",
    "keydesk unsetup": "needs a set-up; tests/api/command_line/test_setting_up.py",
    "keydesk try gpt-4o-mini": "needs a server; tests/resilience/processes/test_command_line.py",
    "keydesk doctor": "needs a server; tests/resilience/processes/test_command_line.py",
    "mkdir -p ~/.local/share/bash-completion": "writes to the home folder; tests/unit/cli/test_completion.py",
    "keydesk budget": "needs a server; tests/resilience/processes/test_command_line.py",
    "keydesk keys create laptop": "needs a server; tests/resilience/processes/test_command_line.py",
    "curl https://keys.example.com/oauth/token": "needs a token; tests/contract/service/test_workload_keys.py sends it",
    "kubectl create clusterrolebinding": "needs a cluster",
    "pip install 'keydesk[keychain]'": "the package is not published",
    "pip install 'keydesk[mcp]'": "the package is not published",
    "claude mcp add": "needs Claude Code; tests/api/command_line/test_mcp.py starts the same command",
    "opencode": "needs OpenCode and a server; tests/api/command_line/test_opencode.py",
}
"""The start of each block that a machine for tests cannot run, and why."""
UNTIL_STOPPED = ("serve", "demo", "sandbox")
"""Commands that run until somebody stops them."""
OF_PEOPLE = re.compile(
    r"keydesk (usage( -|$)|(login|logout|whoami|token|try|ci|setup|unsetup|models|teams|budget|requests|mcp)\b|"
    r"keys (list|create|rotate|revoke|block|unblock|extend)\b(?!-))"
)
"""Commands of a signed-in person or of a job. tests/resilience/processes/test_command_line.py runs them, and
tests/api/command_line/test_documented_jobs.py runs `ci`."""
INCOMPLETE = re.compile(r"\.\.\.|--head$")
"""In a sentence, a command can have a placeholder, or an option without its value."""
WITHOUT_SUCCESS = ("keydesk doctor", "keydesk notices test", "keydesk chargeback close")
"""Commands with status 1: the README's provider is an example, there is no channel for notices and no statement."""
SECONDS = 60


def commands(block: str) -> list[str]:
    """The commands of a block, each with its continued lines."""
    lines = re.sub(r"\\\n\s*", " ", block).splitlines()
    return [command for line in lines if (command := line.strip().removeprefix("$ "))]


def blocks() -> Iterator[tuple[str, list[str]]]:
    """Yield the page and the commands of each block that no other test runs."""
    for file in FILES:
        if name_of(file) not in ELSEWHERE:
            for language in ("sh", "bash", "console"):
                for block in code_blocks(file, language):
                    yield name_of(file), commands(block)


def runnable_blocks() -> Iterator[tuple[str, list[str]]]:
    """Yield the page of each block, and its commands that can run here."""
    for page, block in blocks():
        kept = [command for command in block if not command.startswith(tuple(COMMANDS_NOT_HERE))]
        if kept and not kept[0].startswith(tuple(BLOCKS_NOT_HERE)):
            yield page, kept


def inline_commands() -> list[str]:
    """The `keydesk` commands in sentences and tables."""
    return sorted({code for file in FILES for code in inline_code(file) if code.startswith("keydesk ")})


@dataclass(frozen=True)
class Place:
    """A folder with the files that the documentation names, and a gateway."""

    folder: Path
    environment: dict[str, str]
    port: int

    def run(self, script: str, allowed: Container[int] = (0,)) -> str:
        ended = subprocess.run(  # noqa: S603 - the documentation's own commands
            ["/bin/bash", "-euc", script],
            cwd=self.folder,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert ended.returncode in allowed, ended.stdout + ended.stderr
        return ended.stdout

    def run_until_it_serves(self, script: str, port: int) -> None:
        """Start a command that does not end, wait until its server responds, and stop it."""
        log = self.folder / "log"
        with (
            log.open("w") as output,
            subprocess.Popen(  # noqa: S603 - the documentation's own commands
                ["/bin/bash", "-euc", script],
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=output,
            ) as process,
        ):
            try:
                self._wait_for(process, port)
            finally:
                process.terminate()
            assert process.wait(SECONDS) in {0, -15, 143}, log.read_text()

    def _wait_for(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, (self.folder / "log").read_text()
            try:
                httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"does not serve: {(self.folder / 'log').read_text()}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("documented")
    (of_readme,) = [block for block in code_blocks(ROOT / "README.md", "yaml") if "masterKey" in block]
    (folder / "keydesk.yaml").write_text(of_readme)
    (folder / "app-config.yaml").write_text((ROOT / "docs" / "examples" / "app-config.yaml").read_text())
    (folder / "app-config.production.yaml").write_text("{}")
    (folder / "secrets.txt").write_text("sk-1234567890123456789012\n")
    (folder / "report.json").write_text("[]")
    (folder / "report.jsonl").write_text("")
    (folder / "bin").mkdir()
    program = folder / "bin" / "keydesk"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m keydesk "$@"\n')
    program.chmod(0o755)
    port = free_port("127.0.0.1", 0)
    with sandbox_at(folder) as sandbox:
        environment = {
            **os.environ,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "KEYDESK_LITELLM__BASE_URL": sandbox.url,
            "KEYDESK_LITELLM__MASTER_KEY": sandbox.master_key,
            "KEYDESK_DATABASE__URL": f"sqlite:///{folder / 'keydesk.db'}",
            "KEYDESK_SERVER__HOST": "127.0.0.1",
            "KEYDESK_SERVER__PORT": str(port),
            "KEYDESK_SECRET": SECRET,
            "LITELLM_MASTER_KEY": sandbox.master_key,
            "OIDC_CLIENT_SECRET": "a-secret-of-the-tests",
            "KEYDESK_CATALOG_TOKEN": "a-token-of-the-tests",
        }
        found = Place(folder, environment, port)
        # Its start creates the database and the first entry of the audit log, which `keydesk audit verify` needs.
        found.run_until_it_serves("exec keydesk serve --config keydesk.yaml", port)
        yield found


def run_block(place: Place, block: list[str]) -> None:
    """Run the commands in turn. Exported variables hold for those that follow."""
    exported: list[str] = []
    for command in block:
        if command.startswith("export "):
            exported.append(command)
            continue
        script = "\n".join([*exported, command])
        if re.search(rf"keydesk ({'|'.join(UNTIL_STOPPED)})\b", command):
            program = script.replace("\nkeydesk", "\nexec keydesk")
            place.run_until_it_serves(program, place.port)
        else:
            place.run(script)


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=f"{page} {block[0]}") for page, block in runnable_blocks()]
)
def test_a_block_of_commands_runs(place: Place, block: list[str]) -> None:
    run_block(place, block)


def test_each_reason_is_for_a_command_that_is_there() -> None:
    """A reason for a command that was removed would hide the next one that starts like it."""
    printed = [command for _, block in blocks() for command in block]
    starts = COMMANDS_NOT_HERE | BLOCKS_NOT_HERE
    assert [start for start in starts if not any(command.startswith(start) for command in printed)] == []


def test_commands_in_sentences_run(place: Place) -> None:
    found = inline_commands()
    assert "keydesk doctor" in found
    for command in found:
        words = shlex.split(command)
        if INCOMPLETE.search(command) or words[1] in UNTIL_STOPPED or OF_PEOPLE.match(command):
            check_help(place, words)
        else:
            allowed = (0, 1) if " ".join(words).startswith(WITHOUT_SUCCESS) else (0,)
            place.run(f"export KEYDESK_CONFIG=keydesk.yaml\n{command}", allowed)


def check_help(place: Place, words: list[str]) -> None:
    """Check that the command and each of its options exist."""
    names = [word for word in words[1:] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
    text = place.run(f"keydesk {' '.join(names)} --help")
    options = {word for word in words if word.startswith("--")} - {"--", "--help"}
    assert [option for option in options if option not in text] == []
