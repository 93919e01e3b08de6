"""Late spend is found, unused data is deleted, and everything can be rebuilt."""

from datetime import date, timedelta

import pytest

from keydesk.usage.coverage import Interval
from tests.unit.litellm.days import Row
from tests.unit.usage.conftest import ALICE, RED, Opened
from tests.unit.usage.ledger import Ledger

pytestmark = pytest.mark.anyio

FEBRUARY = ("2026-02-01", "2026-02-09")


async def test_spend_that_arrives_late_is_found_by_the_job(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-02-08", cents=1), Row("2026-02-03")]), recheck_days=3)
    await scene.report(*FEBRUARY)
    scene.ledger.rows += [Row("2026-02-08", "key-2", cents=5), Row("2026-02-09")]
    scene.calls()
    assert await scene.parts.maintenance.refresh() == 1
    assert scene.calls() == ["2026-02-07 2026-02-09 1"]
    assert (await scene.report(*FEBRUARY))["api_requests"] == 8
    assert scene.calls() == []


async def test_withdrawn_spend_is_removed(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-02-08"), Row("2026-02-03")]))
    await scene.report(*FEBRUARY)
    scene.ledger.rows.pop(0)
    await scene.parts.maintenance.refresh()
    assert [day["date"] for day in (await scene.report(*FEBRUARY))["daily_usage"]] == ["2026-02-03"]


async def test_every_subject_is_checked_once_a_day_in_few_transactions(opened: Opened) -> None:
    scene = await opened()
    people = [type(ALICE)("user", f"person-{number}") for number in range(30)]
    for person in [*people, RED]:
        await scene.report(*FEBRUARY, person)
    scene.calls()
    scene.database.writes = 0
    assert await scene.parts.maintenance.refresh() == 31
    assert len(scene.calls()) == 31
    assert scene.database.writes == 3
    assert await scene.parts.maintenance.refresh() == 0
    scene.clock.go_on(timedelta(days=1))
    assert await scene.parts.maintenance.refresh() == 31


async def test_subjects_without_recent_requests_are_not_updated(opened: Opened) -> None:
    scene = await opened(follow_days=7)
    await scene.report(*FEBRUARY)
    scene.clock.go_on(timedelta(days=8))
    assert await scene.parts.maintenance.refresh() == 0
    await scene.report(*FEBRUARY)
    assert await scene.parts.maintenance.refresh() == 1


async def test_the_job_does_not_call_an_unavailable_litellm(opened: Opened) -> None:
    scene = await opened()
    for number in range(5):
        await scene.report(*FEBRUARY, type(ALICE)("user", f"person-{number}"))
    scene.ledger.answers = 2
    scene.calls()
    assert await scene.parts.maintenance.refresh() == 0
    scene.ledger.answers = None
    assert len(scene.calls()) == 2
    assert await scene.parts.maintenance.refresh() == 3


async def test_figures_that_do_not_add_up_are_not_stored_and_not_requested_again_all_day(
    opened: Opened,
) -> None:
    scene = await opened(Ledger([Row("2026-02-08", cents=4)]))
    before = await scene.report(*FEBRUARY)
    scene.ledger.understates = 1
    scene.ledger.rows[0] = Row("2026-02-08", cents=1)
    await scene.parts.maintenance.refresh()
    scene.calls()
    await scene.parts.maintenance.refresh()
    assert scene.calls() == []
    assert await scene.report(*FEBRUARY) == before


async def test_usage_without_requests_is_deleted(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-02-08")]), forget_after_days=30)
    await scene.report(*FEBRUARY)
    scene.clock.go_on(timedelta(days=31))
    await scene.parts.maintenance.refresh()
    assert await scene.store.find(ALICE, Interval(date.min, date.max), cells=False) is None


async def test_deleted_old_days_are_not_treated_as_empty(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-01-02", cents=9), Row("2026-02-08")]), keep_days=60)
    await scene.report("2026-01-01", "2026-02-09")
    scene.clock.go_on(timedelta(days=89))
    await scene.report("2026-02-08", "2026-02-09")
    await scene.parts.maintenance.refresh()
    kept = await scene.store.find(ALICE, Interval(date.min, date.max), cells=True)
    assert kept is not None
    assert [day.day for day in kept.days] == []
    assert all(interval.start >= date(2026, 3, 11) for interval in kept.covered)
    assert (await scene.report("2026-01-01", "2026-01-31"))["api_requests"] == 9


async def test_rebuilding_reads_the_same_days_again(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-01-03"), Row("2026-02-08")]))
    await scene.report("2026-01-01", "2026-01-10")
    await scene.report(*FEBRUARY)
    scene.ledger.rows[0] = Row("2026-01-03", cents=6)
    scene.calls()
    told: list[tuple[int, int]] = []
    known = await scene.parts.maintenance.rebuild(ALICE, lambda *days: told.append(days))
    days = sum(interval.days for interval in known)
    assert (told[0], told[-1]) == ((0, days), (days, days))
    assert scene.calls() == ["2026-02-01 2026-02-09 1", "2026-01-01 2026-01-10 1"]
    assert sum((each.end - each.start).days + 1 for each in known) == 19
    assert (await scene.report("2026-01-01", "2026-01-10"))["api_requests"] == 6
    assert scene.calls() == []


async def test_forgetting_a_person_removes_all_their_usage(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-02-08")]))
    for subject in (ALICE, RED):
        await scene.report(*FEBRUARY, subject)
    await scene.parts.maintenance.forget(ALICE)
    assert await scene.store.find(ALICE, Interval(date.min, date.max), cells=False) is None
    assert await scene.store.find(RED, Interval(date.min, date.max), cells=False) is not None
    assert await scene.parts.maintenance.forget(ALICE) == ()
