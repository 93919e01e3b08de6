"""Keydesk as its own process with a sandbox, an owner of keys, and an auditor who also manages teams."""

import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from keydesk.server.serving import free_port
from tests.support.desk.configuring import SECRET
from tests.support.desk.desk import Visitor
from tests.support.peers.commands import run_command
from tests.support.peers.keydesk import Process, keydesk_life
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.making import Person

STAFF = "group:default/staff"
API = "/api/litellm"
PERMISSIONS = ("create", "manage", "members.manage")


@dataclass(frozen=True)
class Running:
    """One run of Keydesk. `http` has the cookie jar of the portal's visitor."""

    http: httpx2.AsyncClient = field(repr=False)
    process: Process = field(repr=False)

    async def arrives(self, name: str) -> Visitor:
        answer = await self.http.post(f"{API}/demo/sign-in", json={"person": name})
        return Visitor(self.http, Person(name, ""), answer.json()["token"])


@dataclass(frozen=True)
class Office:
    """`config` has no database.

    Its URL comes from the environment, as in docs/how-to/backup.md. `python` runs another release if `environment`
    selects one.
    """

    config: Path
    environment: dict[str, str] = field(repr=False)
    python: str | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        with keydesk_life(self.config, free_port("127.0.0.1", 0), self.environment, self.python) as life:
            async with httpx2.AsyncClient(
                base_url=life.address, timeout=60, trust_env=False, verify=CERTIFICATES
            ) as http:
                yield Running(http, life.process)

    def keydesk(self, *arguments: str) -> tuple[int, str]:
        """Return the exit code and the output of a command."""
        if self.python is None:
            ended = run_command(*arguments, "--config", str(self.config), environment=self.environment)
            return ended.returncode, ended.stdout
        command = [self.python, "-m", "keydesk", *arguments, "--config", str(self.config)]
        environment = {**os.environ, **self.environment}
        ended = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
        return ended.returncode, ended.stdout

    def ends(self, *arguments: str, saying: str = "") -> int:
        """Return the output of a command, which must not be empty."""
        status, said = self.keydesk(*arguments)
        assert saying in said, said
        return status

    def head(self) -> str:
        """Return the line of `keydesk audit verify` to save."""
        status, said = self.keydesk("audit", "verify")
        assert status == 0, said
        return said.split("head ")[1].strip()


def office_of(upstream: Upstream, database_url: str, folder: Path) -> Office:
    sections: dict[str, Any] = {
        "litellm": {
            "baseUrl": upstream.url,
            "masterKey": upstream.master_key,
            "keyGeneration": {"teamRequired": False},
            "audit": {"group": STAFF},
            "teamAdmin": {"group": STAFF, "allowedModels": ["gpt-4o"]},
        },
        "secret": SECRET,
        "demo": {"enabled": True},
        "grants": {f"litellm.team.{name}": [STAFF] for name in PERMISSIONS},
        "directory": {"people": [{"ref": "jane"}, {"ref": "olga", "groups": [STAFF]}]},
    }
    config = folder / "keydesk.yaml"
    config.write_text(json.dumps(sections))
    return Office(config, {"KEYDESK_DATABASE__URL": database_url})
