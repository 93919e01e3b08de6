"""Keydesk as its own process, started by its command."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.support.peers.commands import Command, start_command
from tests.support.upstream.certificates import CERTIFICATES

Process = Command | subprocess.Popen[bytes]


@dataclass(frozen=True)
class Life:
    """One run of the program."""

    address: str
    process: Process = field(repr=False)


@contextmanager
def running_keydesk(config: Path, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Start `keydesk serve`, yield its URL when it is live, and stop it. Raises RuntimeError if it exits early."""
    with keydesk_life(config, port, environment) as life:
        yield life.address


@contextmanager
def keydesk_life(
    config: Path, port: int, environment: Mapping[str, str], python: str | None = None
) -> Iterator[Life]:
    """Start Keydesk and yield its process too. It may be killed, or run by another Python with another release."""
    settings = {"KEYDESK_SERVER__HOST": "127.0.0.1", "KEYDESK_SERVER__PORT": str(port)}
    process = _started(["serve", "--config", str(config)], {**settings, **environment}, python)
    try:
        _wait_until_live(process, f"http://127.0.0.1:{port}")
        yield Life(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _started(arguments: list[str], environment: Mapping[str, str], python: str | None) -> Process:
    if python is None:
        return start_command(*arguments, environment=environment)
    return subprocess.Popen([python, "-m", "keydesk", *arguments], env={**os.environ, **environment})  # noqa: S603 - our own command


def _wait_until_live(process: Process, address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"keydesk ended with {process.returncode}")
        try:
            if (
                httpx2.get(
                    f"{address}/api/litellm/health/live", trust_env=False, verify=CERTIFICATES
                ).status_code
                == 200
            ):
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("keydesk did not come up")
