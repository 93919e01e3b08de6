"""A gateway behind a forwarder of this run, which counts calls and can be stopped without affecting others."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.peers.processes import free_port, python, running
from benchmarks.peers.upstream import Upstream

_CALLS = "/forwarder/calls"


@dataclass(frozen=True)
class Forwarded(Upstream):
    process_id: int

    def forget_calls(self) -> None:
        self.call("DELETE", _CALLS)

    def calls(self) -> dict[str, int]:
        """Return how often each call arrived since then, such as `GET /key/list`."""
        counts: dict[str, int] = self.call("GET", _CALLS)
        return counts

    def take_away(self) -> None:
        """Refuse connections from now on."""
        os.kill(self.process_id, signal.SIGKILL)


@contextmanager
def forwarded(upstream: Upstream) -> Iterator[Forwarded]:
    """Yield the same gateway at another URL."""
    port = free_port()
    with running(python("benchmarks.programs.forwarder", str(port), upstream.url), port, _CALLS) as program:
        yield Forwarded(
            upstream.title, program.url, upstream.master_key, upstream.activity, program.process_id
        )
