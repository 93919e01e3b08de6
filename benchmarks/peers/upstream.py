"""The gateway behind Keydesk: the real LiteLLM of the environment, or the sandbox as a process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx2

from benchmarks.peers.processes import free_port, python, running

Pace = Literal["fast", "slow"]
"""At the sandbox's own speed, or at LiteLLM's (`litellm_pace.py`)."""
_SANDBOX_KEY = "sk-benchmarks-0123456789"


@dataclass(frozen=True)
class Upstream:
    """`activity` is the place of its daily activity: an SQLite file, a PostgreSQL URL, or None if it is unknown."""

    title: str
    url: str = field(repr=False)
    master_key: str = field(repr=False)
    activity: Path | str | None = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.master_key}"}

    def call(self, method: str, path: str, **sent: Any) -> Any:
        """Make one call with the master key. Return the JSON of the response, which must be 200."""
        with httpx2.Client(base_url=self.url, headers=self.headers, timeout=60, trust_env=False) as http:
            answer = http.request(method, path, **sent)
        if answer.status_code != httpx2.codes.OK:
            raise RuntimeError(f"{method} {path} answered {answer.status_code}")
        return answer.json()


@dataclass(frozen=True)
class Sandbox(Upstream):
    """Counts its calls. `activity` is always its database file."""

    @property
    def database(self) -> Path:
        """Return its SQLite file."""
        assert isinstance(self.activity, Path)  # noqa: S101 - for the type checker
        return self.activity

    def forget_calls(self) -> None:
        self.call("DELETE", "/sandbox/calls")

    def calls(self) -> dict[str, int]:
        """Return how often each call arrived since then, such as `GET /key/list`."""
        noted = self.call("GET", "/sandbox/calls")["calls"]
        return {f"{each['method']} {each['path']}": each["count"] for each in noted}


@contextmanager
def sandbox(folder: Path, pace: Pace) -> Iterator[Sandbox]:
    """Yield a new, empty sandbox with its database in `folder`."""
    file = folder / f"sandbox-{pace}.db"
    port = free_port()
    command = python("benchmarks.programs.sandbox", str(port), str(file), _SANDBOX_KEY, pace)
    title = "sandbox gateway" + (" at the pace of LiteLLM 1.109.1 with one worker" if pace == "slow" else "")
    with running(command, port, "/health/liveliness") as program:
        yield Sandbox(title, program.url, _SANDBOX_KEY, file)


@contextmanager
def upstream(folder: Path, otherwise: Pace) -> Iterator[Upstream]:
    """Yield the real LiteLLM of LITELLM_URL and LITELLM_MASTER_KEY, or a sandbox with its speed."""
    url, master_key = os.environ.get("LITELLM_URL"), os.environ.get("LITELLM_MASTER_KEY")
    if url and master_key:
        found = Upstream("LiteLLM", url.rstrip("/"), master_key, os.environ.get("LITELLM_DATABASE_URL"))
        version = found.call("GET", "/health/readiness/details")["litellm_version"]
        yield Upstream(f"LiteLLM {version}", found.url, master_key, found.activity)
        return
    with sandbox(folder, otherwise) as stand_in:
        yield stand_in
