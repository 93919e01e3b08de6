"""Subjects with more than a page per day: one aggregated call, after it was verified to be complete."""

from datetime import timedelta

import pytest

from tests.unit.litellm.days import Row
from tests.unit.usage.conftest import RED, Opened
from tests.unit.usage.ledger import Ledger

pytestmark = pytest.mark.anyio

BUSY = [Row("2026-02-10", f"key-{number}", cents=number) for number in range(25)]
TODAY = ("2026-02-10", "2026-02-10")
PAGES = [f"2026-02-10 2026-02-10 {number}" for number in (1, 3, 2, 3, 1)]
AGGREGATED = "aggregated 2026-02-10 2026-02-10"


@pytest.mark.parametrize("subject", [None, RED], ids=["person", "team"])
async def test_the_aggregated_response_is_used_after_it_was_verified(opened: Opened, subject: object) -> None:
    scene = await opened(Ledger(BUSY), page_size=10)
    asked = (*TODAY, subject) if subject else TODAY
    paged = await scene.report(*asked)
    assert scene.calls() == [*PAGES, AGGREGATED]
    assert await scene.report(*asked) == paged
    assert scene.calls() == [AGGREGATED]
    scene.clock.go_on(timedelta(hours=11, minutes=59))
    scene.ledger.rows.append(Row("2026-02-10", "key-99", cents=4))
    assert (await scene.report(*asked))["api_requests"] == paged["api_requests"] + 4


async def test_an_incomplete_aggregated_response_is_not_used(opened: Opened) -> None:
    scene = await opened(Ledger(BUSY, aggregates=False), page_size=10)
    whole = await scene.report(*TODAY)
    scene.calls()
    assert await scene.report(*TODAY) == whole
    assert scene.calls() == PAGES
    scene.clock.go_on(timedelta(minutes=11))
    await scene.report(*TODAY)
    assert scene.calls() == [*PAGES, AGGREGATED]


async def test_the_verification_is_repeated_every_day(opened: Opened) -> None:
    scene = await opened(Ledger(BUSY), page_size=10)
    await scene.report(*TODAY)
    scene.clock.go_on(timedelta(days=1))
    scene.ledger.rows += [Row("2026-02-11", row.key) for row in BUSY]
    scene.calls()
    await scene.report("2026-02-11", "2026-02-11")
    assert scene.calls()[-1] == "aggregated 2026-02-11 2026-02-11"
    assert len(scene.calls()) == 0


async def test_an_empty_aggregated_response_is_read_again_by_pages(opened: Opened) -> None:
    """It proves nothing, even after a successful verification: LiteLLM issue 42460."""
    scene = await opened(Ledger(BUSY), page_size=10)
    whole = await scene.report(*TODAY)
    scene.calls()
    scene.ledger.aggregates = False
    assert await scene.report(*TODAY) == whole
    assert scene.calls() == [AGGREGATED, *PAGES]
