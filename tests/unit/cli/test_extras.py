"""Which commands need an extra. `tests/deployment/files/packages` proves the same in clean environments."""

import json
import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.peers.handlers import served

pytestmark = pytest.mark.long
PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
WITHOUT = """
import sys

missing = sys.argv.pop(1).split(",")

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""
COMMAND = "from keydesk.cli.main import main; main()"
SERVER = [
    "accounts",
    "audit",
    "config",
    "doctor --config",
    "keys plan",
    "keys narrow",
    "notices",
    "serve",
    "usage rebuild",
]


def libraries(extra: str) -> set[str]:
    """Return the modules that an extra installs by name, as Python imports them."""
    names = {_name(each) for each in PROJECT["optional-dependencies"][extra]}
    found = packages_distributions().items()
    return {module for module, owners in found if names & {_name(owner) for owner in owners}}


def _name(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0].lower().replace("_", "-")


def run(missing: set[str], code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT + code, ",".join(missing), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own code


def test_the_client_of_litellm_needs_no_extra() -> None:
    missing = libraries("server")
    assert {"fastapi", "sqlalchemy", "yaml"} <= missing
    ended = run(missing, "import keydesk.litellm")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_command_itself_needs_no_extra(option: str) -> None:
    ended = run(libraries("server"), COMMAND, option)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    "command",
    [
        "whoami",
        "logout",
        "token",
        "setup codex",
        "try gpt-4o",
        "usage",
        "models",
        "teams",
        "keys list",
        "budget",
        "requests list",
    ],
)
def test_a_command_for_people_needs_no_extra(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty home directory, nobody is signed in. The HTTP client itself brings anyio."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    ended = run(libraries("server") - {"anyio"} | {"keyring"}, COMMAND, *command.split())
    assert ended.returncode == 3
    assert ended.stderr == "You are not signed in. Run: keydesk login <address of Keydesk>\n"
    assert [*tmp_path.iterdir()] == []


class Exchange(BaseHTTPRequestHandler):
    """A Keydesk that gives every job a key."""

    def do_POST(self) -> None:
        key = {"access_token": "sk-1", "expires_in": 60, "gateway": "https://llm.example.com"}
        body = json.dumps(key).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_a_key_for_a_job_needs_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("KEYDESK_ID_TOKEN", "a.b.c")
    show = "import os; print(os.environ['OPENAI_BASE_URL'], os.environ['OPENAI_API_KEY'])"
    missing = libraries("server") - {"anyio"} | {"keyring"}
    with served(Exchange) as url:
        monkeypatch.setenv("KEYDESK_URL", url)
        ended = run(missing, COMMAND, "ci", "--", sys.executable, "-c", show)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "https://llm.example.com/v1 sk-1\n"
    assert [*tmp_path.iterdir()] == []


def test_completion_has_the_commands_of_people_only() -> None:
    ended = run(libraries("server"), COMMAND, "completion", "bash")
    assert (ended.returncode, ended.stderr) == (0, "")
    words = set(re.findall(r"[a-z-]+", ended.stdout))
    assert words >= {"whoami", "keys", "rotate", "--max-budget"}
    assert not words & {"serve", "narrow", "rebuild", "sandbox"}


@pytest.mark.parametrize("command", SERVER)
def test_a_command_of_the_service_names_its_extra(command: str) -> None:
    arguments = [*command.split(), *(["keydesk.yaml"] if command.endswith("--config") else [])]
    ended = run(libraries("server"), COMMAND, *arguments)
    assert ended.returncode == 2
    assert (
        ended.stderr == f"`keydesk {command}` requires the extra server. Run: pip install 'keydesk[server]'\n"
    )


@pytest.mark.parametrize("command", ["demo", "sandbox"])
@pytest.mark.parametrize("missing", [libraries("server"), {"keydesk_sandbox"}], ids=["base", "image"])
def test_the_sandbox_is_in_an_extra(command: str, missing: set[str]) -> None:
    ended = run(missing, COMMAND, command)
    assert ended.returncode == 2
    assert ended.stderr == f"`keydesk {command}` requires the extra demo. Run: pip install 'keydesk[demo]'\n"


def test_the_mcp_server_is_in_an_extra() -> None:
    ended = run(libraries("mcp"), COMMAND, "mcp")
    assert ended.returncode == 2
    assert ended.stderr == "`keydesk mcp` requires the extra mcp. Run: pip install 'keydesk[mcp]'\n"


def test_an_import_error_of_keydesk_is_not_reported_as_a_missing_extra() -> None:
    ended = run({"nothing"}, "sys.modules['keydesk.app'] = None\n" + COMMAND, "serve")
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
