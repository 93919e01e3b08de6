"""The sandbox gateway as its own process, started by its command."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from keydesk_sandbox import SandboxConfig
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES


@contextmanager
def running_sandbox(port: int) -> Iterator[Upstream]:
    """Start an empty `keydesk sandbox`, and stop it. Raises RuntimeError if it does not start."""
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "keydesk", "sandbox", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        _wait_until_live(process, address)
        yield Upstream("sandbox", address, SandboxConfig().master_key.get_secret_value())
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_live(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if (
                httpx2.get(f"{address}/health/liveliness", trust_env=False, verify=CERTIFICATES).status_code
                == 200
            ):
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the sandbox did not come up")
