"""LiteLLM fails under load and recovers: cached reads continue, changes fail fast, nothing is lost."""

import asyncio
import math
import os
from collections import Counter

from keydesk.settings import Cache
from tests.resilience.fault.faults import Refused
from tests.resilience.soak.crowd import READS
from tests.resilience.soak.figures import OK, Phase
from tests.resilience.soak.scene import PEOPLE, Soak
from tests.resilience.soak.wire import Wire

OUTAGE_SECONDS = int(os.environ.get("KEYDESK_OUTAGE_SECONDS", "1800"))
OPENING_SECONDS = 10
"""The time until the circuit breaker opens and changes fail immediately."""
AFTERMATH_SECONDS = 20
SOON_SECONDS = 1.0
MARKED = {"/user/info", "/keys", "/teams"}
"""Paths that soon show their age. Models are fresh for a minute, usage has its own age, the rest needs no LiteLLM."""


async def outage(soak: Soak) -> None:
    """Everyone has read everything once. Then LiteLLM fails and recovers."""
    await everybody_reads(soak)
    async with soak.proxy.suffering(Refused()):
        soak.crowd.changes = True
        opening = await soak.phase("LiteLLM goes", OPENING_SECONDS)
        gone = await soak.phase("LiteLLM is gone", OUTAGE_SECONDS)
        for phase in (opening, gone):
            check_reads(soak, phase)
            soak.expect(
                all(reply.status != OK for reply in phase.writes), "a change was confirmed without LiteLLM"
            )
        unmarked = gone.unmarked(MARKED)
        soak.expect(not unmarked, f"responses without an age: {dict(unmarked)}")
        slowest = max((reply.seconds for reply in gone.writes), default=0.0)
        soak.expect(slowest < SOON_SECONDS, f"a change was rejected only after {slowest:.2f} s")
        print(f"changes refused while it was gone: {len(gone.writes)}, after {slowest:.2f} s at most")
        soak.control.forget()
        soak.crowd.changes = False
    await returned(soak)


async def everybody_reads(soak: Soak) -> None:
    """Stop all changes, because data that a change touched is cached only after the next read."""
    soak.crowd.changes = False
    await asyncio.sleep(SOON_SECONDS)
    crowd = soak.crowd

    async def read(token: str) -> None:
        wire = Wire(crowd.host, crowd.port)
        for path in dict.fromkeys(READS):
            reply = await wire.ask("GET", path, token)
            soak.expect(reply.status == OK, f"before the outage, {path} returned {reply.status}")
        wire.close()

    await asyncio.gather(*(read(token) for token in crowd.tokens))


def check_reads(soak: Soak, phase: Phase) -> None:
    unanswered = phase.unanswered()
    print(f"reads answered, {phase.name}: {len(phase.reads) - unanswered.total()} of {len(phase.reads)}")
    soak.expect(not unanswered, f"{phase.name}: reads without a response: {dict(unanswered)}")


async def returned(soak: Soak) -> None:
    """Everyone reads ten times as often. Each object is loaded once while it is fresh. Then changes start again."""
    crowd = soak.crowd
    normal, crowd.changes = crowd.pause_seconds, False
    crowd.set_pause(normal / 10)
    back = await soak.phase("LiteLLM is back", AFTERMATH_SECONDS)
    calls = Counter(soak.control.calls())
    crowd.changes = True
    crowd.set_pause(normal)
    check_reads(soak, back)
    bound = PEOPLE * (math.ceil(back.seconds / Cache().fresh_seconds) + 1)
    print(f"calls of LiteLLM for these {len(back.reads)} reads: {dict(calls)}; of each at most {bound}")
    for call, count in calls.items():
        soak.expect(count <= bound, f"{call}: {count} calls, more than {bound}")
    late = back.reads[len(back.reads) // 2 :]
    soak.expect(not any(reply.is_marked for reply in late), "still served from before the outage")
    again = await soak.phase("changes again", AFTERMATH_SECONDS)
    refused = Counter(reply.status for reply in again.writes if reply.status != OK)
    soak.expect(not refused, f"changes rejected after recovery: {dict(refused)}")
