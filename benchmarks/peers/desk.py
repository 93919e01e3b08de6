"""Keydesk as a process, `keydesk serve` with a configuration file, and signed-in people."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.peers.processes import HOST, Running, free_port, python, running
from benchmarks.peers.upstream import Upstream
from keydesk.auth.demo import DemoTokens
from keydesk.kit.clock import utc_now
from keydesk.settings import Settings
from keydesk.settings.loading import load_configuration

API = "/api/litellm"
_SECRET = "the-benchmarks-share-one-secret-over-replicas"  # noqa: S105 - opens nothing but this run's processes
_LIMITS = ("readsPerMinute", "writesPerMinute", "failedSignInsPerMinute")
_UNLIMITED = {"limits": dict.fromkeys(_LIMITS)} if "limits" in Settings.model_fields else {}
"""A benchmark sends requests faster than people do. Releases without limits know no such section."""


@dataclass(frozen=True)
class DeskPlan:
    """The settings of a Keydesk.

    Several with the same database are replicas. `more` are further sections of the configuration.
    """

    upstream: Upstream
    database_url: str = field(repr=False)
    people: tuple[str, ...]
    folder: Path = field(repr=False)
    more: Mapping[str, Any] = field(default_factory=dict)

    def write(self, port: int) -> Path:
        """Write the configuration file, and the people file beside it."""
        people = [{"ref": f"user:default/{name}", "email": f"{name}@example.com"} for name in self.people]
        people_file = self.folder / "people.yaml"
        people_file.write_text(json.dumps({"people": people}), encoding="utf-8")
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
            # A benchmark sends requests faster than people do.
            "limits": dict.fromkeys(("readsPerMinute", "writesPerMinute", "failedSignInsPerMinute")),
            "directory": {"peopleFile": str(people_file)},
            **_UNLIMITED,
            **self.more,
        }
        file = self.folder / f"keydesk-{port}.yaml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return file

    def tokens(self) -> dict[str, str]:
        """Return each person's token of the demo sign-in, by name."""
        settings = load_configuration([self.write(0)]).settings
        issuing = DemoTokens(settings.derived_key("demo-sign-in"), utc_now)
        return {name: issuing.issue(f"user:default/{name}") for name in self.people}


@contextmanager
def desk(plan: DeskPlan) -> Iterator[Running]:
    """Run `keydesk serve` during the block."""
    port = free_port()
    command = python("keydesk", "serve", "--config", str(plan.write(port)))
    with running(command, port, f"{API}/health/ready") as program:
        yield program


def as_person(token: str) -> dict[str, str]:
    """Return the headers of a signed-in person."""
    return {"Authorization": f"Bearer {token}"}
