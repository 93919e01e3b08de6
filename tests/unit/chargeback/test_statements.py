"""Open statements follow LiteLLM, closed ones never change, and late spend is corrected in the next month."""

import asyncio
import datetime as dt
import hashlib
import random
from decimal import Decimal

import pytest

from keydesk.chargeback.models import Amounts, Cell, Dimension, Grouping, Named, Rules
from keydesk.chargeback.policy import usd_of
from keydesk.kit.problems import Conflicting, NotFound
from tests.unit.chargeback.conftest import LAPTOP, PHONE, Ledger, queries

pytestmark = pytest.mark.anyio

DOLLAR = Amounts(10**9, 100, 50, 1)
FIRST = dt.date(2026, 2, 1)
DIMENSIONS: tuple[Dimension, ...] = ("cost_center", "team", "person", "model", "key")


async def test_a_day_that_is_read_again_replaces_its_rows(ledger: Ledger) -> None:
    await ledger.put(FIRST, {LAPTOP: DOLLAR, PHONE: DOLLAR})
    await ledger.put(FIRST, {LAPTOP: DOLLAR.plus(DOLLAR)})
    assert [(line.cell, line.amounts) for line in await ledger.lines("2026-02")] == [
        (LAPTOP, Amounts(2 * 10**9, 200, 100, 2))
    ]


async def test_a_closed_statement_never_changes(ledger: Ledger) -> None:
    await ledger.name(Named("person", "alice", "Alice", "4711"))
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    closed = await ledger.close("2026-02")
    before = await ledger.file("2026-02")
    await ledger.name(Named("person", "alice", "Alice Smith", "9999"))
    await ledger.put(FIRST, {LAPTOP: DOLLAR.plus(DOLLAR), PHONE: DOLLAR})
    ledger.settings = ledger.settings.model_copy(
        update={"cost_centers": ledger.settings.cost_centers.model_copy(update={"unknown": "Other"})}
    )
    assert await ledger.file("2026-02") == before
    assert hashlib.sha256(before).hexdigest() == closed.checksum
    assert b"4711" in before


async def test_late_spend_is_a_correction_in_the_next_month(ledger: Ledger) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    await ledger.close("2026-02")
    await ledger.put(FIRST, {LAPTOP: Amounts(10**9 + 7, 110, 50, 2), PHONE: DOLLAR})
    lines = await ledger.lines("2026-03")
    assert {line.cell: line.amounts for line in lines} == {LAPTOP: Amounts(7, 10, 0, 1), PHONE: DOLLAR}
    assert {(line.month, line.day, line.corrects) for line in lines} == {("2026-03", FIRST, "2026-02")}


async def test_spend_that_is_gone_is_a_negative_correction(ledger: Ledger) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    await ledger.close("2026-02")
    await ledger.put(FIRST, {})
    (line,) = await ledger.lines("2026-03")
    assert line.amounts == Amounts(-(10**9), -100, -50, -1)


async def test_statements_are_closed_in_order_and_only_when_all_days_were_read(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.close("2026-02")
    await ledger.put(FIRST, {LAPTOP: DOLLAR})
    with pytest.raises(Conflicting):
        await ledger.close("2026-02")
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    await ledger.put_month("2026-01", {LAPTOP: DOLLAR})
    with pytest.raises(Conflicting):
        await ledger.close("2026-02")


async def test_the_job_closes_the_months_that_are_due(ledger: Ledger) -> None:
    await ledger.put_month("2026-01", {LAPTOP: DOLLAR})
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    assert await ledger.closing.close_due("keydesk") == ["2026-01"]
    ledger.now = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
    assert await ledger.closing.close_due("keydesk") == ["2026-02"]
    assert await ledger.closing.close_due("keydesk") == []
    assert await ledger.recorded() == [("closed", "2026-01"), ("closed", "2026-02")]


async def test_of_two_replicas_one_closes_a_month(ledger: Ledger, replica: Ledger) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR, PHONE: DOLLAR})
    both = await asyncio.gather(*(each.close("2026-02") for each in (ledger, replica)))
    assert len({each.checksum for each in both}) == 1
    assert await ledger.recorded() == [("closed", "2026-02")]


async def test_a_reading_during_the_close_is_in_the_statement_or_a_correction(
    ledger: Ledger, replica: Ledger
) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    late = {LAPTOP: DOLLAR.plus(DOLLAR)}
    await asyncio.gather(ledger.close("2026-02"), replica.put(FIRST, late), replica.put(FIRST, late))
    await ledger.put(FIRST, late)
    lines = await ledger.lines("2026-02") + await ledger.lines("2026-03")
    assert sum(line.amounts.spend for line in lines if line.day == FIRST) == 2 * 10**9
    content = await ledger.file("2026-02")
    assert hashlib.sha256(content).hexdigest() == (await ledger.chargebacks.find("2026-02")).checksum


async def test_an_interrupted_close_is_finished_with_the_same_rows(ledger: Ledger) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    assert await ledger.store.freeze("2026-02", Rules.of(ledger.settings), ledger.now)
    await ledger.put(FIRST, {PHONE: DOLLAR})
    await ledger.close("2026-02")
    assert {line.cell for line in await ledger.lines("2026-02")} == {LAPTOP}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
async def test_sums_over_every_dimension_equal_the_total_and_corrections_add_up(
    ledger: Ledger, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - figures, not secrets
    newest: dict[dt.date, dict[Cell, Amounts]] = {}
    frozen: dict[str, bytes] = {}
    await _name_some(ledger, chance)
    for month in ("2026-01", "2026-02"):
        await ledger.put_month(month, {})
    for _ in range(60):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=chance.randrange(59))
        newest[day] = _figures(chance)
        await ledger.put(day, newest[day])
        if chance.random() < 0.05 and len(frozen) < 2:
            month = f"2026-0{len(frozen) + 1}"
            await ledger.close(month)
            frozen[month] = await ledger.file(month)
    expected = sum(amounts.spend for cells in newest.values() for amounts in cells.values())
    total = Decimal(0)
    for statement in (await ledger.chargebacks.list()).statements:
        total += statement.spend_usd
        for by in DIMENSIONS:
            detail = await ledger.chargebacks.detail(statement.month, Grouping(by, 1, 1000))
            assert sum((group.spend_usd for group in detail.groups), Decimal(0)) == statement.spend_usd
    assert total == usd_of(expected)
    for month, content in frozen.items():
        assert await ledger.file(month) == content


def _figures(chance: random.Random) -> dict[Cell, Amounts]:
    cells = [
        Cell(chance.choice(["", "alice", "bob"]), chance.choice(["", "key_a", "key_b"]), team, model)
        for team in ("", "platform")
        for model in ("gpt-4o", "gpt-4o-mini")
        if chance.random() < 0.7
    ]
    return {
        cell: Amounts(chance.randrange(10**9), chance.randrange(9), chance.randrange(9), 1) for cell in cells
    }


async def _name_some(ledger: Ledger, chance: random.Random) -> None:
    centers = ["4711", "4712", None]
    await ledger.name(
        Named("person", "alice", "Alice", chance.choice(centers)),
        Named("team", "platform", "Platform", chance.choice(centers)),
        Named("key", "key_a", "laptop", chance.choice(centers)),
    )


async def test_the_list_of_statements_needs_two_queries(ledger: Ledger) -> None:
    for month in ("2026-01", "2026-02", "2026-03"):
        await ledger.put_month(month, {LAPTOP: DOLLAR, PHONE: DOLLAR})
    await ledger.close("2026-01")
    await ledger.put(dt.date(2026, 1, 1), {LAPTOP: DOLLAR})
    with queries(ledger.database) as asked:
        found = (await ledger.chargebacks.list()).statements
    assert len(asked) == 2
    assert [(each.month, each.state, each.rows, each.days_read) for each in found] == [
        ("2026-03", "open", 62, 31),
        ("2026-02", "open", 57, 28),
        ("2026-01", "closed", 62, 31),
    ]
    assert [each.corrections_usd for each in found] == [Decimal(0), Decimal(-1), Decimal(0)]
    assert [each.spend_usd for each in found] == [Decimal(62), Decimal(55), Decimal(62)]
    assert {each.as_of for each in found} == {ledger.now}


async def test_the_first_source_with_a_cost_center_decides(ledger: Ledger) -> None:
    await ledger.name(
        Named("person", "alice", "Alice", "of the person"),
        Named("team", "platform", "Platform", "of the team"),
    )
    await ledger.put(FIRST, {LAPTOP: DOLLAR, PHONE: DOLLAR})
    centers = {line.cell.user_id: line.cost_center for line in await ledger.lines("2026-02")}
    assert centers == {"alice": "of the team", "bob": "Unknown"}
    detail = await ledger.chargebacks.detail("2026-02", Grouping("cost_center"))
    assert {group.group for group in detail.groups} == {"of the team", "Unknown"}
    assert detail.reconciliation.without_cost_center_usd == Decimal("1.000000000")


async def test_what_is_gone_keeps_its_last_known_name(ledger: Ledger) -> None:
    await ledger.name(Named("key", "key_laptop", "laptop", "4711", (("cost_center", "4711"),)))
    await ledger.store.remember_key_names(
        [Named("key", "key_laptop", "renamed"), Named("key", "key_phone", None)]
    )
    await ledger.put(FIRST, {LAPTOP: DOLLAR, PHONE: DOLLAR})
    lines = {line.cell: line for line in await ledger.lines("2026-02")}
    assert (lines[LAPTOP].key, lines[LAPTOP].cost_center) == ("renamed", "4711")
    assert (lines[PHONE].key, lines[PHONE].person) == ("key_phone", "bob")


async def test_a_statement_says_how_it_differs_from_litellms_total(ledger: Ledger) -> None:
    await ledger.put_month("2026-02", {LAPTOP: DOLLAR})
    await ledger.close("2026-02")
    await ledger.put(FIRST, {LAPTOP: DOLLAR.plus(DOLLAR)})
    february = (await ledger.chargebacks.detail("2026-02", Grouping("team"))).reconciliation
    assert (february.difference_usd, february.late_usd) == (Decimal(-1), Decimal(1))
    march = (await ledger.chargebacks.detail("2026-03", Grouping("team"))).reconciliation
    assert (march.difference_usd, march.corrections_usd) == (Decimal(1), Decimal(1))


async def test_a_download_is_recorded(ledger: Ledger) -> None:
    await ledger.put(FIRST, {LAPTOP: DOLLAR})
    await ledger.chargebacks.export("2026-02", "focus", "user:default/jane")
    assert await ledger.recorded() == [("downloaded", "2026-02")]
