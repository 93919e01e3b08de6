"""Past days are read once, recent days each time; stored figures are correct and report their completeness."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from keydesk.kit.deadline import limited_to, remaining
from keydesk.litellm import LiteLLMError, TimedOut
from keydesk.storage.tables import usage_days, usage_subjects
from keydesk.usage.subjects import UsageData
from tests.support.upstream.eventually import eventually
from tests.unit.litellm.days import Row
from tests.unit.usage.conftest import ALICE, RED, Opened
from tests.unit.usage.ledger import Ledger

pytestmark = pytest.mark.anyio

JANUARY = [Row("2026-01-05", cents=5), Row("2026-01-20", "key-2", "mini", 3), Row("2026-02-09", cents=2)]
NOW = [Row("2026-02-10", cents=1)]
MONTH = ("2026-01-05", "2026-02-10")


async def test_past_days_are_requested_once(opened: Opened) -> None:
    scene = await opened(Ledger([*JANUARY, *NOW]))
    first = await scene.report(*MONTH)
    assert scene.calls() == ["2026-01-05 2026-02-10 1"]
    again = await scene.report(*MONTH)
    assert scene.calls() == ["2026-02-10 2026-02-10 1"]
    assert first == again
    assert (first["api_requests"], first["complete"]) == (11, True)


async def test_days_without_usage_are_stored_and_not_requested_again(opened: Opened) -> None:
    scene = await opened(Ledger())
    await scene.report("2026-01-01", "2026-01-31")
    assert scene.calls() == ["2026-01-01 2026-01-31 1"]
    empty = await scene.report("2026-01-10", "2026-01-20")
    assert (scene.calls(), empty["complete"], empty["daily_usage"]) == ([], True, [])


async def test_only_missing_days_are_requested(opened: Opened) -> None:
    scene = await opened(Ledger(JANUARY))
    await scene.report("2026-01-01", "2026-01-05")
    await scene.report("2026-01-20", "2026-01-25")
    scene.calls()
    whole = await scene.report("2026-01-01", "2026-01-31")
    assert scene.calls() == ["2026-01-26 2026-01-31 1", "2026-01-06 2026-01-19 1"]
    assert whole["api_requests"] == 8


async def test_stored_days_survive_the_process(opened: Opened) -> None:
    before = await opened(Ledger([*JANUARY, *NOW]))
    told = await before.report(*MONTH)
    after = await opened(before.ledger)
    after.calls()
    assert await after.report(*MONTH) == told
    assert after.calls() == ["2026-02-10 2026-02-10 1"]


async def test_a_new_day_needs_one_call_and_one_write(opened: Opened) -> None:
    scene = await opened(Ledger([*JANUARY, *NOW]))
    await scene.report(*MONTH)
    scene.calls()
    scene.clock.go_on(timedelta(days=1))
    scene.database.writes = 0
    await scene.report("2026-01-05", "2026-02-11")
    assert (scene.calls(), scene.database.writes) == (["2026-02-10 2026-02-11 1"], 1)
    await scene.report("2026-01-05", "2026-02-11")
    assert (scene.calls(), scene.database.writes) == (["2026-02-11 2026-02-11 1"], 1)


async def test_yesterday_is_requested_again_until_it_is_final(opened: Opened) -> None:
    scene = await opened(Ledger(JANUARY), settled_after_hours=2)
    scene.clock.go_on(timedelta(hours=13, minutes=59))
    await scene.report("2026-02-09", "2026-02-11")
    scene.calls()
    late = Row("2026-02-10", cents=7)
    scene.ledger.rows.append(late)
    assert (await scene.report("2026-02-09", "2026-02-11"))["api_requests"] == 9
    assert scene.calls() == ["2026-02-10 2026-02-11 1"]
    scene.clock.go_on(timedelta(minutes=2))
    await scene.report("2026-02-09", "2026-02-11")
    scene.calls()
    await scene.report("2026-02-09", "2026-02-11")
    assert scene.calls() == ["2026-02-11 2026-02-11 1"]


async def test_recent_days_are_cached_for_a_few_seconds(opened: Opened) -> None:
    scene = await opened(Ledger(NOW), fresh_seconds=5)
    await scene.report("2026-02-10", "2026-02-10")
    scene.clock.go_on(timedelta(seconds=4))
    remembered = await scene.usage("2026-02-01", "2026-02-10")
    assert scene.calls() == ["2026-02-10 2026-02-10 1", "2026-02-01 2026-02-09 1"]
    assert scene.clock.now - remembered.as_of >= timedelta(seconds=4)
    scene.clock.go_on(timedelta(seconds=2))
    await scene.report("2026-02-01", "2026-02-10")
    assert scene.calls() == ["2026-02-10 2026-02-10 1"]


async def test_parallel_callers_share_one_read(opened: Opened) -> None:
    scene = await opened(Ledger([*JANUARY, *NOW]), fresh_seconds=5)
    reports = await asyncio.gather(*(scene.report(*MONTH) for _ in range(10)))
    assert scene.calls() == ["2026-01-05 2026-02-10 1"]
    assert all(report == reports[0] for report in reports)


async def test_stored_days_are_returned_as_incomplete_while_litellm_is_down(opened: Opened) -> None:
    scene = await opened(Ledger([*JANUARY, *NOW]))
    before = await scene.usage(*MONTH)
    scene.clock.go_on(timedelta(minutes=10))
    scene.ledger.answers = 0
    during = await scene.usage(*MONTH)
    assert (during.complete, during.as_of) == (False, before.as_of)
    assert [day.day for day in during.days] == [day.day for day in before.days]
    restarted = await opened(scene.ledger)
    kept = await restarted.report(*MONTH)
    assert (kept["complete"], kept["api_requests"]) == (False, 10)
    assert (await restarted.report("2026-01-05", "2026-01-31"))["complete"] is True


async def test_a_query_without_stored_days_fails_while_litellm_is_down(opened: Opened) -> None:
    scene = await opened(Ledger(answers=0))
    with pytest.raises(LiteLLMError):
        await scene.report(*MONTH)


async def test_days_read_before_litellm_failed_are_stored(opened: Opened) -> None:
    rows = [Row(f"2026-01-{day:02}", f"key-{key}") for day in range(1, 31) for key in range(10)]
    scene = await opened(Ledger(rows, answers=25), page_size=10)
    part = await scene.report("2026-01-01", "2026-01-30")
    assert (part["complete"], part["api_requests"]) == (False, 150)
    scene.ledger.answers = None
    scene.calls()
    whole = await scene.report("2026-01-01", "2026-01-30")
    assert (whole["complete"], whole["api_requests"]) == (True, 300)
    assert not [call for call in scene.calls() if call.startswith("2026-01-16")]


async def test_figures_that_do_not_add_up_are_not_stored(opened: Opened) -> None:
    scene = await opened(Ledger(JANUARY, understates=1))
    assert (await scene.report("2026-01-01", "2026-01-31"))["complete"] is False
    scene.ledger.understates = 0
    scene.calls()
    assert (await scene.report("2026-01-01", "2026-01-31"))["complete"] is True
    assert scene.calls() == ["2026-01-01 2026-01-31 1"]


@pytest.mark.parametrize("table", [usage_days, usage_subjects], ids=["a day", "the names"])
async def test_damaged_rows_are_requested_again(opened: Opened, table: object) -> None:
    scene = await opened(Ledger(JANUARY))
    told = await scene.report("2026-01-01", "2026-01-31")
    async with scene.database.writing() as connection:
        damage = {"figures": b"\x01\x00"} if table is usage_days else {"names": b""}
        await connection.execute(update(table).values(damage))  # type: ignore[arg-type] # either table
    scene.calls()
    assert await scene.report("2026-01-01", "2026-01-31") == told
    assert len(scene.calls()) > 0
    assert await scene.report("2026-01-01", "2026-01-31") == told
    assert scene.calls() == []


async def test_a_deleted_key_keeps_its_name(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2026-02-08"), Row("2026-02-10")]))
    await scene.report("2026-02-01", "2026-02-10")
    scene.ledger.forgotten.add("key-1")
    (key,) = (await scene.report("2026-02-01", "2026-02-10"))["usage_by_key"].values()
    assert (key["key_alias"], key["api_requests"]) == ("alias of key-1", 2)


async def test_a_person_and_a_team_with_one_name_are_separate(opened: Opened) -> None:
    scene = await opened(Ledger(JANUARY))
    await scene.report("2026-01-01", "2026-01-31", ALICE)
    namesake = type(RED)("team", "alice")
    scene.calls()
    await scene.report("2026-01-01", "2026-01-31", namesake)
    assert scene.calls() == ["2026-01-01 2026-01-31 1"]


async def test_future_days_are_not_requested(opened: Opened) -> None:
    scene = await opened(Ledger(NOW))
    assert (await scene.report("2026-02-10", "2026-02-20"))["complete"] is True
    assert scene.calls() == ["2026-02-10 2026-02-10 1"]
    assert (await scene.report("2026-02-11", "2026-02-20"))["complete"] is True
    assert scene.calls() == []


async def test_days_older_than_the_retention_are_requested_and_not_stored(opened: Opened) -> None:
    scene = await opened(Ledger([Row("2025-12-31"), *JANUARY]), keep_days=31)
    for _ in range(2):
        assert (await scene.report("2025-12-01", "2026-01-31"))["api_requests"] == 9
    assert scene.calls() == ["2025-12-01 2026-01-31 1", "2025-12-01 2026-01-09 1"]


async def test_a_request_waits_longer_than_its_limit_while_pages_arrive(opened: Opened) -> None:
    rows = [Row(f"2026-01-{day:02}", cents=1) for day in range(1, 16)]
    scene = await opened(Ledger(rows, seconds=0.1), page_size=1)
    with limited_to(1.0):
        usage = await scene.usage("2026-01-01", "2026-01-31")
        assert remaining(1.0) > 0
    assert (len(usage.days), usage.complete) == (15, True)


async def test_a_request_does_not_wait_if_no_pages_arrive(opened: Opened) -> None:
    scene = await opened(Ledger(JANUARY, seconds=3600.0))
    with limited_to(0.2), pytest.raises(TimedOut):
        await scene.usage(*MONTH)


async def test_a_request_does_not_wait_forever_while_pages_arrive(opened: Opened) -> None:
    rows = [Row(f"2026-01-{day:02}", cents=1) for day in range(1, 16)]
    scene = await opened(Ledger(rows, seconds=0.1), page_size=1, wait_seconds=0.3)
    with limited_to(60.0), pytest.raises(TimedOut):
        await scene.usage("2026-01-01", "2026-01-31")
    scene.ledger.seconds = 0.0

    async def asked_again() -> UsageData | None:
        try:
            return await scene.usage("2026-01-01", "2026-01-31")
        except TimedOut:
            return None

    # A busy machine takes longer, and the read goes on: until its end, what is stored is shown as incomplete.
    usage = await eventually(asked_again, lambda found: found is not None and found.complete)
    assert usage is not None
    assert (len(usage.days), usage.complete) == (15, True)
