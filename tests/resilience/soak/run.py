"""`make soak`: load on one Keydesk, then the same load while LiteLLM fails and recovers. Loopback only.

Prints a table of figures. Fails if data was lost, a request failed, or a response took too long.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2

from tests.resilience.soak.figures import HEADER
from tests.resilience.soak.outage import outage
from tests.resilience.soak.scene import CONNECTIONS, LONGEST_SECONDS, RATE, Soak, prepared

SECONDS = int(os.environ.get("KEYDESK_SOAK_SECONDS", "600"))
SETTLING_SECONDS = 20
RETRY_LATER = {429, 503}


def check_nothing_is_lost(soak: Soak, folder: Path) -> None:
    """Check that every created key exists unless it was deleted, and that the audit log is intact."""
    there = set()
    for token in soak.crowd.tokens:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx2.get(f"{soak.address}/api/litellm/keys", headers=headers, timeout=60, trust_env=False)
        there |= {key["token"] for key in answer.raise_for_status().json()}
    lost = soak.crowd.given - soak.crowd.deleted - soak.crowd.unsure - there
    soak.expect(not lost, f"{len(lost)} created keys are missing")
    soak.expect(not soak.crowd.deleted & there, "a deleted key still exists")
    print(f"keys given out: {len(soak.crowd.given)}, deleted: {len(soak.crowd.deleted)}, lost: {len(lost)}")
    command = [sys.executable, "-m", "keydesk", "audit", "verify", "--config", str(folder / "keydesk.yaml")]
    verified = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
    print(f"audit verify: {verified.stdout.strip() or verified.stderr.strip()}")
    soak.expect(verified.returncode == 0, "the audit log is not intact")


async def overload(soak: Soak) -> None:
    """Mixed load, ten times the load, all connections without pauses, and recovery."""
    await soak.phase("mixed load", SECONDS)
    normal = soak.crowd.pause_seconds
    soak.crowd.set_pause(normal / 10)
    await soak.phase("ten times as much", min(30, SECONDS))
    soak.crowd.set_pause(0.0)
    flood = await soak.phase("no pauses", min(30, SECONDS), is_overload=True)
    soak.expect(flood.statuses().keys() <= RETRY_LATER | {200}, f"overload: {dict(flood.statuses())}")
    refused = sum(flood.statuses()[status] for status in RETRY_LATER)
    soak.expect(bool(refused), "no request was rejected under overload")
    soak.crowd.set_pause(normal)
    await soak.phase("settling", SETTLING_SECONDS, is_overload=True)
    calm = await soak.phase("after the overload", SETTLING_SECONDS)
    soak.expect(calm.statuses().keys() <= {200}, f"did not recover from overload: {dict(calm.statuses())}")


async def soaked(folder: Path) -> list[str]:
    async with prepared(folder) as soak:
        print(f"{CONNECTIONS} connections, {RATE:g} requests a second\n\n{HEADER}", flush=True)
        living = asyncio.create_task(soak.crowd.live(CONNECTIONS))
        await overload(soak)
        await outage(soak)
        living.cancel()
        await asyncio.wait([living])
        # Requests in progress have finished or timed out.
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
