"""Loads a server with Debian's `wrk`, or with our own closed loop if it is not installed."""

import asyncio
import itertools
import json
import resource
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from benchmarks.load.closed_loop import Worker, closed_loop, timed_loop
from benchmarks.load.connection import Connection, connect
from benchmarks.load.figures import PERCENTILES, Figures

UNIQUE = "#" * 32
"""The part of a request that is replaced by a different text of the same length each time."""
_SCRIPT = Path(__file__).with_name("wrk.lua")
_SEPARATOR = b"\x1e"
_PATIENCE_SECONDS = 60
_QUICK_PER_SECOND = 300


def generator() -> str:
    """Return the name of the load generator, for the report."""
    return (
        "wrk with one thread; our own loop where answers are slow" if shutil.which("wrk") else "our own loop"
    )


async def load(url: str, requests: Sequence[bytes], connections: int, seconds: int) -> Figures:
    """Send the requests, complete HTTP messages, in turn over keep-alive connections.

    A slow server always gets our own loop, which waits for outstanding responses at the end: `wrk` disconnects, and
    would count no responses that take as long as the whole load.
    """
    in_turn = itertools.cycle(requests)
    async with askers(url, in_turn, connections) as workers:
        pace = await closed_loop(workers, connections)
        if not shutil.which("wrk") or pace.per_second < _QUICK_PER_SECOND:
            return await timed_loop(workers, seconds)
    return await _wrk(url, requests, connections, seconds)


@asynccontextmanager
async def askers(url: str, requests: Iterator[bytes], connections: int) -> AsyncIterator[list[Worker]]:
    """Return workers that send the next of the requests, each on its own connection."""
    lines = [_Line(url) for _ in range(connections)]
    try:
        yield [partial(line.ask, requests) for line in lines]
    finally:
        for line in lines:
            line.hang_up()


class _Line:
    """A connection that is opened again after the server closed it, as it does with idle ones."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    async def ask(self, requests: Iterator[bytes]) -> int:
        """Return the status of the response, or 0 without one."""
        request = next(requests).replace(UNIQUE.encode(), uuid.uuid4().hex.encode())
        try:
            if self._connection is None or not self._connection.is_open:
                self._connection = await connect(self._url)
            return (await self._connection.exchange(request)).status
        except OSError:
            return 0

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()


async def _wrk(url: str, requests: Sequence[bytes], connections: int, seconds: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="keydesk-wrk-") as folder:
        file = Path(folder) / "requests"
        file.write_bytes(b"".join(request + _SEPARATOR for request in requests))
        how = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{_PATIENCE_SECONDS}s"]
        command = ["wrk", *how, "-s", str(_SCRIPT), url, "--", str(file)]
        cpu_before = _children_seconds()
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
        said = json.loads(printed.splitlines()[-1])
    milliseconds = {percent: said[f"p{percent}"] / 1000 for percent in PERCENTILES}
    seconds_taken = said["microseconds"] / 1_000_000
    cpu_seconds = _children_seconds() - cpu_before
    return Figures(connections, seconds_taken, said["requests"], said["failures"], milliseconds, cpu_seconds)


def _children_seconds() -> float:
    """Return the processor time of ended child processes; the servers end after the loads."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
