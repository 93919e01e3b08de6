"""The key desk as a process, `keydesk serve` with a configuration file, and people who sign in at it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.connection import Connection, connect, message
from benchmarks.processes import HOST, Running, free_port, running
from benchmarks.upstream import Upstream

API = "/api/litellm"
_SECRET = "the-benchmarks-share-one-secret-over-replicas"  # noqa: S105 - opens nothing but this run's processes


@dataclass(frozen=True)
class DeskPlan:
    """What a key desk is started with. Several with the same database are replicas of one."""

    upstream: Upstream
    database_url: str = field(repr=False)
    people: tuple[str, ...]
    folder: Path = field(repr=False)

    def write(self, port: int) -> Path:
        """The configuration file."""
        people = [{"ref": f"user:default/{name}", "email": f"{name}@example.com"} for name in self.people]
        content: dict[str, Any] = {
            "litellm": {
                "baseUrl": self.upstream.url,
                "masterKey": self.upstream.master_key,
                "keyGeneration": {"teamRequired": False},
            },
            "secret": _SECRET,
            "database": {"url": self.database_url},
            "server": {"host": HOST, "port": port},
            "demo": {"enabled": True},
            # A benchmark comes faster than people do.
            "limits": dict.fromkeys(("readsPerMinute", "writesPerMinute", "failedSignInsPerMinute")),
            "directory": {"people": people},
        }
        file = self.folder / f"keydesk-{port}.yaml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return file


@contextmanager
def desk(plan: DeskPlan) -> Iterator[Running]:
    """Run `keydesk serve` until the block ends."""
    port = free_port()
    arguments = ["serve", "--config", str(plan.write(port))]
    with running("keydesk", arguments, port, f"{API}/health/ready") as program:
        yield program


async def sign_in(url: str, people: Iterable[str]) -> dict[str, str]:
    """Tokens of the demo sign-in, by name."""
    connection = await connect(url)
    tokens = {name: await _token(connection, name) for name in people}
    connection.close()
    return tokens


async def _token(connection: Connection, name: str) -> str:
    body = json.dumps({"person": name}).encode()
    answer = await connection.exchange(message("POST", f"{API}/demo/sign-in", {}, body))
    token: str = json.loads(answer.content)["token"]
    return token


def as_person(token: str) -> dict[str, str]:
    """The headers of somebody who has signed in."""
    return {"Authorization": f"Bearer {token}"}
