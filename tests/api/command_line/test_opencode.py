"""The real OpenCode, set up with one command, in an empty home. Skipped without it.

`npm install opencode-ai` provides it; KEYDESK_TEST_OPENCODE is its path if it is not on PATH.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.app import API, create_app
from keydesk.client.machine_key import StoredKey
from keydesk.client.profiles import Home, Profile
from keydesk.client.token_store import FILE
from tests.support.desk.configuring import Surroundings
from tests.support.upstream.making import unique
from tests.support.upstream.serving import served

OPENCODE = os.environ.get("KEYDESK_TEST_OPENCODE") or shutil.which("opencode")
pytestmark = [pytest.mark.long, pytest.mark.skipif(OPENCODE is None, reason="OpenCode is not installed")]
FAR = 2**40


@pytest.fixture
def address(surroundings: Surroundings, tmp_path: Path) -> Iterator[str]:
    database = {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}
    with served(create_app(surroundings.settings(database=database))) as found:
        yield found


@pytest.fixture
def laptop(address: str, tmp_path: Path, surroundings: Surroundings) -> dict[str, Any]:
    """Jane's signed-in machine with a key for OpenCode. Return the key as it was issued."""
    person = surroundings.troupe.next_scene().user_id("jane")
    with httpx2.Client(base_url=f"{address}{API}", trust_env=False, timeout=60) as http:
        token = http.post("/demo/sign-in", json={"person": person}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        wanted = {"alias": unique("laptop"), "max_budget": 5.0, "models": ["gpt-4o", "gpt-4o-mini"]}
        answer = http.post("/keys/generate", json=wanted)
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
    home = Home(tmp_path / ".config" / "keydesk")
    home.save(Profile("default", address, person, FILE))
    file = home.folder / "keys" / "default@opencode.key"
    file.parent.mkdir()
    file.write_text(StoredKey(issued["key"], issued["token"], FAR, FAR).dumped())
    file.chmod(0o600)
    return issued | {"bearer": token}


def opencode(home: Path, *arguments: str) -> str:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name == "PYTHONPATH"}
    run = subprocess.run(  # noqa: S603 - our own command line
        [str(OPENCODE), *arguments],
        env={**kept, "HOME": str(home), "PATH": programs},
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return run.stdout + run.stderr


def test_one_command_sets_up_opencode(address: str, laptop: dict[str, Any], tmp_path: Path) -> None:
    assert "Logged into" in opencode(tmp_path, "auth", "login", address)
    stored = json.loads((tmp_path / ".local/share/opencode/auth.json").read_text())
    assert stored[address]["token"] == laptop["key"]
    assert opencode(tmp_path, "models", "keydesk").split() == ["keydesk/gpt-4o", "keydesk/gpt-4o-mini"]
    assert "gpt-4o-mini" in opencode(tmp_path, "run", "Say hello")
    with httpx2.Client(base_url=f"{address}{API}", trust_env=False, timeout=60) as http:
        http.headers["Authorization"] = f"Bearer {laptop['bearer']}"
        assert http.delete(f"/keys/{laptop['token']}").status_code == 200
    assert opencode(tmp_path, "models", "keydesk").split() == ["keydesk/sign-in-again"]
