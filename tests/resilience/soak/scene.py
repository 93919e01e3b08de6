"""The setup of a soak test: a sandbox behind a proxy, a `keydesk serve` process, and people with accounts.."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.resilience.processes.conftest import free_ports
from tests.resilience.soak.crowd import Crowd
from tests.resilience.soak.figures import Phase, resident_mebibytes
from tests.resilience.soak.wire import Wire
from tests.support.desk.configuring import SECRET
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.peers.sandbox import running_sandbox

CONNECTIONS = int(os.environ.get("KEYDESK_SOAK_CONNECTIONS", "2000"))
RATE = float(os.environ.get("KEYDESK_SOAK_RATE", "40"))
"""The total requests per second. More than the service can handle is overload."""
PEOPLE = 50
LONGEST_SECONDS = 10.0


@dataclass
class Soak:
    desk: subprocess.Popen[bytes] = field(repr=False)
    address: str
    proxy: FaultProxy = field(repr=False)
    control: SandboxControl = field(repr=False)
    crowd: Crowd = field(repr=False)
    phases: list[Phase] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def phase(self, name: str, seconds: float, *, is_overload: bool = False) -> Phase:
        """Wait and record what happens. Waiting times under overload are only recorded."""
        phase = self.crowd.phase = Phase(name)
        self.phases.append(phase)
        begun = time.monotonic()
        while (gone := time.monotonic() - begun) < seconds:
            phase.memory.append(resident_mebibytes(self.desk.pid))
            await asyncio.sleep(min(2.0, seconds - gone))
        phase.seconds = time.monotonic() - begun
        print(phase.row(), flush=True)
        self.expect(
            is_overload or phase.slowest() < LONGEST_SECONDS,
            f"{name}: a request took {phase.slowest():.1f} s",
        )
        self.expect(500 not in phase.statuses(), f"{name}: a 500")
        return phase

    def expect(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.faults.append(otherwise)


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[Soak]:
    """Start the sandbox, the proxy and Keydesk, and create the accounts of all people."""
    names = [f"person-{number}" for number in range(PEOPLE)]
    async with AsyncExitStack() as stack:
        sandbox_port, port = free_ports(2)
        upstream = stack.enter_context(running_sandbox(sandbox_port))
        proxy = await stack.enter_async_context(
            fault_proxy(lambda: asyncio.open_connection("127.0.0.1", sandbox_port))
        )
        config = folder / "keydesk.yaml"
        config.write_text(_configuration(proxy.url, upstream.master_key, folder, names))
        desk = await stack.enter_async_context(_running(config, port, folder))
        control = stack.enter_context(sandbox_control(upstream.url, upstream.master_key))
        address = f"http://127.0.0.1:{port}"
        tokens = [await _arrived(address, name) for name in names]
        crowd = Crowd("127.0.0.1", port, tokens, pause_seconds=CONNECTIONS / RATE)
        yield Soak(desk, address, proxy, SandboxControl(control), crowd)


def _configuration(url: str, master_key: str, folder: Path, names: list[str]) -> str:
    sections: dict[str, Any] = {
        "litellm": {"baseUrl": url, "masterKey": master_key, "keyGeneration": {"teamRequired": False}},
        "secret": SECRET,
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "demo": {"enabled": True},
        "directory": {"people": [{"ref": name} for name in names]},
    }
    return json.dumps(sections)


@asynccontextmanager
async def _running(config: Path, port: int, folder: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Start `keydesk serve`. Wait on this event loop, which also runs the proxy to LiteLLM."""
    environment = {**os.environ, "KEYDESK_SERVER__PORT": str(port)}
    command = [sys.executable, "-m", "keydesk", "serve", "--config", str(config)]
    with (folder / "keydesk.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603, ASYNC220 - our own command; nothing else runs yet
    try:
        while (await Wire("127.0.0.1", port).ask("GET", "/health/live", "-")).status != 200:
            if process.poll() is not None:
                raise RuntimeError((folder / "keydesk.log").read_text())
            await asyncio.sleep(0.1)
        yield process
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


async def _arrived(address: str, name: str) -> str:
    async with httpx2.AsyncClient(base_url=f"{address}/api/litellm", timeout=60, trust_env=False) as http:
        signed_in = await http.post("/demo/sign-in", json={"person": name})
        token: str = signed_in.raise_for_status().json()["token"]
        (await http.get("/user/info", headers={"Authorization": f"Bearer {token}"})).raise_for_status()
        return token
