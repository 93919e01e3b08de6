"""Statements say how LiteLLM's spend logs compare with its daily totals, and why they differ."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from keydesk.chargeback.models import Amounts, Grouping
from keydesk.chargeback.responses import SpendLogTotals
from keydesk.jobs.compare_spend_logs import CompareSpendLogs
from keydesk.litellm import LiteLLMError, UnexpectedAnswer
from tests.unit.chargeback.conftest import LAPTOP, Ledger

pytestmark = pytest.mark.anyio

DOLLAR = Amounts(10**9, 100, 50, 1)


@dataclass
class Logs:
    """A gateway whose spend logs have these sums."""

    sums: dict[dt.date, float]
    error: LiteLLMError | None = None
    calls: list[None] = field(default_factory=list)

    @property
    def spend_logs(self) -> "Logs":
        return self

    async def by_day(self) -> dict[dt.date, float]:
        self.calls.append(None)
        if self.error is not None:
            raise self.error
        return self.sums


def february(day: int) -> dt.date:
    return dt.date(2026, 2, day)


@pytest.fixture
async def spent(ledger: Ledger) -> Ledger:
    """A dollar on each day of February, and it is the 28th."""
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    ledger.now = dt.datetime(2026, 2, 28, 12, tzinfo=dt.UTC)
    return ledger


def comparison(ledger: Ledger, logs: Logs) -> CompareSpendLogs:
    gateway: Any = logs
    return CompareSpendLogs(gateway, ledger.store, ledger.settings, ledger.clock)


async def totals_of(ledger: Ledger) -> SpendLogTotals:
    detail = await ledger.chargebacks.detail("2026-02", Grouping("team"))
    return detail.reconciliation.spend_logs


def reasons_in(totals: SpendLogTotals) -> dict[int, str]:
    return {day.date.day: day.reason for day in totals.differing_days}


async def test_equal_sums_are_equal_but_for_the_rounding_of_floats(spent: Ledger) -> None:
    sums = {february(day): 1.0 + 1e-10 for day in range(1, 29)}
    assert await comparison(spent, Logs(sums)).apply()
    totals = await totals_of(spent)
    assert (totals.days_compared, totals.differing_days) == (26, [])
    assert totals.gateway_usd == totals.logged_usd == Decimal(26)


async def test_each_difference_has_a_reason(spent: Ledger) -> None:
    sums = {february(day): 1.0 for day in range(2, 27)} | {february(5): 0.25, february(6): 1.5}
    await comparison(spent, Logs(sums)).apply()
    totals = await totals_of(spent)
    assert reasons_in(totals) == {1: "no_logs", 5: "fewer_logs", 6: "more_logs"}
    assert totals.difference_usd == Decimal("-1.25")
    assert [day.logged_usd for day in totals.differing_days] == [None, Decimal("0.25"), Decimal("1.5")]


async def test_a_day_keeps_its_sum_when_the_logs_are_deleted(spent: Ledger) -> None:
    sums = {february(day): 1.0 for day in range(1, 27)}
    await comparison(spent, Logs(sums)).apply()
    spent.now += dt.timedelta(days=1)
    await comparison(spent, Logs({february(20): 0.1, february(26): 2.0})).apply()
    assert reasons_in(await totals_of(spent)) == {26: "more_logs", 27: "no_logs"}


async def test_a_day_without_spend_needs_no_logs(ledger: Ledger) -> None:
    await ledger.put_month("2026-02", {})
    await comparison(ledger, Logs({})).apply()
    totals = await totals_of(ledger)
    assert (totals.days_compared > 0, totals.differing_days) == (True, [])


async def test_days_that_were_never_compared_are_not_differences(spent: Ledger) -> None:
    assert await totals_of(spent) == SpendLogTotals(
        days_compared=0,
        gateway_usd=Decimal(0),
        logged_usd=Decimal(0),
        difference_usd=Decimal(0),
        differing_days=[],
    )


async def test_litellm_is_called_once_a_day(spent: Ledger, replica: Ledger) -> None:
    logs = Logs({})
    job, other = comparison(spent, logs), comparison(replica, logs)
    replica.now = spent.now
    assert [await job.apply(), await job.apply(), await other.apply()] == [True, False, False]
    spent.now += dt.timedelta(hours=21)
    assert await job.apply()
    assert len(logs.calls) == 2


async def test_a_failure_is_not_repeated_within_the_day(spent: Ledger) -> None:
    logs = Logs({}, UnexpectedAnswer("not spend logs"))
    job = comparison(spent, logs)
    assert [await job.apply(), await job.apply()] == [False, False]
    assert len(logs.calls) == 1
    assert (await totals_of(spent)).days_compared == 0


async def test_the_comparison_can_be_turned_off(spent: Ledger) -> None:
    spent.settings = spent.settings.model_copy(update={"compare_spend_logs": False})
    logs = Logs({})
    assert not await comparison(spent, logs).apply()
    assert logs.calls == []
