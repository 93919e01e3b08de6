"""Starts programs as separate processes, waits until they respond, and stops them."""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Running:
    """A program that responds. `seconds_to_ready` counts from just before its start."""

    url: str
    process_id: int
    seconds_to_ready: float

    def resident_mib(self) -> float:
        """Return the resident memory in MiB, as reported by Linux."""
        status = Path(f"/proc/{self.process_id}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def cpu_seconds(self) -> float:
        """Return the processor time so far, in user and kernel mode."""
        after_name = Path(f"/proc/{self.process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        user, system = after_name.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(command: Sequence[str], port: int, ready: str) -> Iterator[Running]:
    """Run a program that listens on `port` during the block.

    It is ready when the path `ready` returns 200. Raises RuntimeError if it never does.
    """
    with tempfile.TemporaryFile() as log:
        before = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(), stdout=log, stderr=log)
        try:
            if not _gets_ready(process, port, ready):
                log.seek(0)
                raise RuntimeError(f"{' '.join(command)} did not get ready:\n{log.read()[-2000:].decode()}")
            yield Running(f"http://{HOST}:{port}", process.pid, time.perf_counter() - before)
        finally:
            _end(process)


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in this environment."""
    return [sys.executable, "-m", module, *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """Settings are in the arguments; a stray variable would override them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYDESK_")}
    return kept | {"NODE_ENV": "production"}


def _gets_ready(process: subprocess.Popen[bytes], port: int, ready: str) -> bool:
    give_up_at = time.perf_counter() + _PATIENCE_SECONDS
    while not _answers(port, ready):
        if process.poll() is not None or time.perf_counter() > give_up_at:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS / 4)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
