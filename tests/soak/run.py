"""`make soak`: a crowd at one desk, then the same crowd while LiteLLM is gone, and its return. Loopback only.

Prints a table of what happened and fails if anything was lost, broke, or took too long.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.desk.configuring import SECRET
from tests.desk.sandbox_control import SandboxControl, sandbox_control
from tests.fault.faults import Refused
from tests.fault.proxy import FaultProxy, fault_proxy
from tests.peers.sandbox import running_sandbox
from tests.processes.conftest import free_ports
from tests.soak.crowd import Crowd
from tests.soak.figures import HEADER, Phase, resident_mebibytes
from tests.soak.wire import Wire

CONNECTIONS = int(os.environ.get("KEYDESK_SOAK_CONNECTIONS", "2000"))
SECONDS = int(os.environ.get("KEYDESK_SOAK_SECONDS", "600"))
OUTAGE_SECONDS = int(os.environ.get("KEYDESK_OUTAGE_SECONDS", "1800"))
RATE = float(os.environ.get("KEYDESK_SOAK_RATE", "40"))
"""Requests a second that the crowd makes in all; what it asks beyond the desk's pace is overload."""
PEOPLE = 50
AFTERMATH_SECONDS = 20
LONGEST_SECONDS = 10.0
SOON_SECONDS = 1.0
OPENING_SECONDS = 10
"""The breaker opens within so much of an outage; changes are refused at once from then on."""


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
        """Let so much time go by and note what happens in it. How long overload makes wait is only noted."""
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
    """Sandbox, proxy, desk and people, all of them with accounts."""
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
    """`keydesk serve` as people run it. Waits on this loop, where the proxy to LiteLLM lives."""
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


async def outage(soak: Soak) -> None:
    """LiteLLM is gone: what is known is read, changes are refused at once. Then it is back."""
    async with soak.proxy.suffering(Refused()):
        await soak.phase("LiteLLM goes", OPENING_SECONDS)
        gone = await soak.phase("LiteLLM is gone", OUTAGE_SECONDS)
        answered = sum(heard.status in {200, 304} for heard in gone.reads)
        print(f"reads answered without LiteLLM: {answered} of {len(gone.reads)}")
        soak.expect(
            all(heard.status != 200 for heard in gone.writes), "a change was confirmed without LiteLLM"
        )
        slowest = max((heard.seconds for heard in gone.writes), default=0.0)
        soak.expect(slowest < SOON_SECONDS, f"a change was refused after {slowest:.2f} s only")
    soak.control.forget()
    back = await soak.phase("LiteLLM is back", AFTERMATH_SECONDS)
    calls = len(soak.control.calls())
    asked = len(back.reads) + len(back.writes)
    print(f"calls of LiteLLM in the {AFTERMATH_SECONDS} s after its return: {calls}, for {asked} requests")
    late = [heard.status for heard in back.reads[len(back.reads) // 2 :]]
    soak.expect(late.count(200) >= 0.9 * len(late), "reads were not answered again after the return")


def check_nothing_is_lost(soak: Soak, folder: Path) -> None:
    """Every key somebody was given is there, unless somebody had it deleted; the audit log is whole."""
    there = set()
    for token in soak.crowd.tokens:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx2.get(f"{soak.address}/api/litellm/keys", headers=headers, timeout=60, trust_env=False)
        there |= {key["token"] for key in answer.raise_for_status().json()}
    lost = soak.crowd.given - soak.crowd.deleted - soak.crowd.unsure - there
    soak.expect(not lost, f"{len(lost)} keys were given out and are gone")
    soak.expect(not soak.crowd.deleted & there, "a deleted key is there")
    print(f"keys given out: {len(soak.crowd.given)}, deleted: {len(soak.crowd.deleted)}, lost: {len(lost)}")
    command = [sys.executable, "-m", "keydesk", "audit", "verify", "--config", str(folder / "keydesk.yaml")]
    verified = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
    print(f"audit verify: {verified.stdout.strip() or verified.stderr.strip()}")
    soak.expect(verified.returncode == 0, "the audit log is not whole")


async def soaked(folder: Path) -> list[str]:
    async with prepared(folder) as soak:
        print(f"{CONNECTIONS} connections, {RATE:g} requests a second\n\n{HEADER}", flush=True)
        living = asyncio.create_task(soak.crowd.live(CONNECTIONS))
        await soak.phase("mixed load", SECONDS)
        normal = soak.crowd.pause_seconds
        soak.crowd.pause_seconds = normal / 10
        await soak.phase("ten times as much", min(30, SECONDS), is_overload=True)
        soak.crowd.pause_seconds = normal
        await soak.phase("settling", AFTERMATH_SECONDS, is_overload=True)
        calm = await soak.phase("after the overload", AFTERMATH_SECONDS)
        soak.expect(calm.statuses()[200] >= 0.95 * calm.statuses().total(), "did not recover from overload")
        await outage(soak)
        living.cancel()
        await asyncio.wait([living])
        # What was on its way has arrived, or its time is up.
        await asyncio.sleep(LONGEST_SECONDS)
        await asyncio.to_thread(check_nothing_is_lost, soak, folder)
        return soak.faults


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="keydesk-soak-") as folder:
        faults = asyncio.run(soaked(Path(folder)))
    for fault in faults:
        print(f"FAILED: {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
