"""`keydesk login --device` at a Keydesk that knows Backstage only, confirmed with real tokens through Backstage."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.support.peers.keydesk import running_keydesk
from tests.support.peers.real_backstage import user_token
from tests.support.required import variable
from tests.support.upstream.sandbox import sandbox_at

pytestmark = [pytest.mark.real_backstage, pytest.mark.alone]
NAMES = ("KEYDESK_TEST_BACKSTAGE_URL", "KEYDESK_TEST_BACKSTAGE_TOKEN", "KEYDESK_TEST_SERVICE_PORT")
CODE = re.compile(r"^ +([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)
PAGE = "http://localhost:7017/keydesk-machines"


@dataclass(frozen=True)
class Installation:
    """Keydesk behind Backstage's proxy, which forwards the token of a person's page."""

    keydesk: str
    backstage: str
    home: Path
    http: httpx2.Client = field(repr=False)

    def token(self, name: str) -> str:
        return user_token(self.http, self.backstage, name)

    def post(self, token: str, path: str, **body: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}", "Origin": self.backstage}
        return self.http.post(
            f"{self.backstage}/api/proxy/litellm/machines/{path}", json=body, headers=headers
        )

    def starts(self, *arguments: str) -> "subprocess.Popen[str]":
        environment = {**os.environ, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home)}
        environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "keydesk", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def runs(self, *arguments: str) -> tuple[int | None, str, str]:
        process = self.starts(*arguments)
        out, said = process.communicate(timeout=60)
        return process.returncode, out, said


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    backstage, token, port = map(variable, NAMES)
    folder = tmp_path_factory.mktemp("backstage-only")
    with sandbox_at(folder) as litellm, httpx2.Client(timeout=30, trust_env=False) as http:
        config = {
            "litellm": {
                "baseUrl": litellm.url,
                "masterKey": litellm.master_key,
                "keyGeneration": {"teamRequired": False},
            },
            "identity": {"backstage": {"baseUrl": backstage}},
            "directory": {"backstage": {"baseUrl": backstage, "token": token}},
            "permissions": {"backstage": True},
            "grants": {"litellm.key.create": ["litellm-admins"]},
            "server": {"allowedOrigins": [backstage]},
            "portal": {"baseUrl": f"http://127.0.0.1:{port}", "machines": {"confirmationUrl": PAGE}},
            "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
            "secret": "a-secret-of-the-tests-0123456789abcdef",
        }
        (folder / "keydesk.yaml").write_text(yaml.safe_dump(config))
        with running_keydesk(folder / "keydesk.yaml", int(port), {}) as address:
            yield Installation(address, backstage, folder / "home", http)


def said_by(process: "subprocess.Popen[str]") -> str:
    """Return what the command said up to the line with the code."""
    assert process.stderr is not None
    said, end = "", time.monotonic() + 60
    while not CODE.search(said) and time.monotonic() < end and (line := process.stderr.readline()):
        said += line
    return said


def test_jane_signs_in_and_creates_a_key(installation: Installation) -> None:
    login = installation.starts("login", installation.keydesk, "--device")
    said = said_by(login)
    found = CODE.search(said)
    assert found is not None, said
    assert PAGE in said
    assert "You confirm this sign-in at another server: localhost." in said
    bob = installation.post(installation.token("bob"), "look_up", code=found[1])
    assert (bob.status_code, bob.json()["permission"]) == (403, "litellm.key.create")
    jane = installation.token("jane")
    shown = installation.post(jane, "look_up", code=found[1]).json()
    assert shown["server"] == installation.keydesk
    stranger = installation.post(installation.token("newbie"), "confirm", confirmation=shown["confirmation"])
    assert stranger.status_code == 404
    done = installation.post(jane, "confirm", confirmation=shown["confirmation"])
    assert done.json() == {"success": True}, done.text
    _, rest = login.communicate(timeout=60)
    assert login.returncode == 0, said + rest
    assert "as user:default/jane" in rest
    status, out, said = installation.runs("keys", "create", "from-a-terminal", "--max-budget", "5")
    assert (status, out[:3]) == (0, "sk-"), said
    status, out, _ = installation.runs("keys", "list")
    assert (status, "from-a-terminal" in out) == (0, True)
