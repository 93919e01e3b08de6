"""Keydesk as its own process, started by its command."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2


@dataclass(frozen=True)
class Life:
    """One run of the program."""

    address: str
    process: "subprocess.Popen[bytes]" = field(repr=False)


@contextmanager
def running_keydesk(config: Path, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Start `keydesk serve`, yield its URL when it is live, and stop it. Raises RuntimeError if it exits early."""
    with keydesk_life(config, port, environment) as life:
        yield life.address


@contextmanager
def keydesk_life(
    config: Path, port: int, environment: Mapping[str, str], python: str = sys.executable
) -> Iterator[Life]:
    """Start Keydesk and yield its process too. It may be killed, or run by another Python with another release."""
    settings = {"KEYDESK_SERVER__HOST": "127.0.0.1", "KEYDESK_SERVER__PORT": str(port)}
    command = [python, "-m", "keydesk", "serve", "--config", str(config)]
    process = subprocess.Popen(command, env={**os.environ, **settings, **environment})  # noqa: S603 - our own command
    try:
        _wait_until_live(process, f"http://127.0.0.1:{port}")
        yield Life(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_live(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"keydesk ended with {process.returncode}")
        try:
            if httpx2.get(f"{address}/api/litellm/health/live", trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("keydesk did not come up")
