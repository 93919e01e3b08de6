"""Runs `keydesk` commands as processes of their own, without the two seconds in which a new Python imports them."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO

_FORKING = Path(__file__).with_name("forking.py")
_lock = Lock()


class Command:
    """A started command, with the part of `subprocess.Popen` that the tests use."""

    def __init__(self, reports: socket.socket) -> None:
        self._reports = reports
        self.returncode: int | None = None
        self.pid = self._report()

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._reports.settimeout(timeout)
            try:
                self.returncode = self._report()
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired("keydesk", timeout or 0) from error
            self._reports.close()
        return self.returncode

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _report(self) -> int:
        digits = b""
        while not digits.endswith(b"\n"):
            received = self._reports.recv(1)
            assert received, "the process that watches the command has ended"
            digits += received
        return int(digits)


def start_command(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int = 1,
    errors: IO[bytes] | int = 2,
) -> Command:
    """Start `keydesk` with these arguments, and with `environment` in addition to the one of the tests."""
    request = {
        "arguments": arguments,
        "environment": {**os.environ, **(environment or {})},
        "folder": str(Path.cwd()),
    }
    ours, theirs = socket.socketpair()
    descriptors = [each if isinstance(each, int) else each.fileno() for each in (output, errors)]
    with _lock, theirs:
        socket.send_fds(_requests(), [json.dumps(request).encode()], [*descriptors, theirs.fileno()])
        return Command(ours)


def run_command(
    *arguments: str, environment: Mapping[str, str] | None = None, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Run `keydesk` with these arguments, and return its exit status and what it printed."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        command = start_command(*arguments, environment=environment, output=output, errors=errors)
        try:
            status = command.wait(timeout)
        finally:
            command.kill()
        printed = [_text_of(file) for file in (output, errors)]
    return subprocess.CompletedProcess(["keydesk", *arguments], status, *printed)


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _requests() -> socket.socket:
    """The socket of a process that forks the commands. It ends together with the tests."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", str(_FORKING), str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603 - our own program

    def end() -> None:
        ours.close()
        process.wait(timeout=30)

    atexit.register(end)
    return ours
