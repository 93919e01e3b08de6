"""The spend of everyone on a day has person, team, key and model, however LiteLLM splits it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from msgspec import structs

from keydesk.litellm import Metrics, SpendDay
from keydesk.litellm.spend_attribution import Table
from tests.unit.litellm.spenders import DAY, Spenders, Spent

pytestmark = pytest.mark.anyio

ALICE = Spent("alice", "key-a", 3, "platform")
BOB = Spent("bob", "key-b", 2)
EVERYONE = [ALICE, Spent("alice", "key-a", 5, "platform", "mini"), BOB, Spent("", "key-n", 7)]
USER, TEAM = "/user/daily/activity", "/team/daily/activity"


async def read(spenders: Spenders, page_size: int = 1000, known: Sequence[str] = ()) -> SpendDay:
    return await spenders.connect(page_size).spend.of_day(date.fromisoformat(DAY), known)


def rows_of(day: SpendDay) -> dict[tuple[str, ...], int]:
    """Return the cents of each row by person, key, team and model."""
    cents: Counter[tuple[str, ...]] = Counter()
    for row in day.rows:
        name = (row.user_id or "", row.token_hash or "", row.team_id or "", row.model)
        cents[name] += round(row.metrics.spend * 100)
    return dict(cents)


def expected(spent: Sequence[Spent]) -> dict[tuple[str, ...], int]:
    return {(each.user, each.key, each.team, each.model): each.cents for each in spent}


async def test_a_day_costs_one_call_for_each_table() -> None:
    spenders = Spenders(EVERYONE)
    day = await read(spenders)
    assert rows_of(day) == expected(EVERYONE)
    assert (day.complete, day.total.api_requests) == (True, 17)
    assert spenders.calls == [USER, TEAM]


async def test_a_day_on_several_pages_has_the_same_rows() -> None:
    spenders = Spenders(EVERYONE)
    assert rows_of(await read(spenders, page_size=1)) == expected(EVERYONE)
    assert spenders.calls[:5] == [*4 * [USER], f"{USER}/aggregated"]


async def test_the_people_of_a_key_that_changed_hands_are_read_one_by_one() -> None:
    spent = [*EVERYONE, Spent("carol", "key-b", 4)]
    spenders = Spenders(spent)
    day = await read(spenders)
    assert rows_of(day) == expected(spent)
    assert spenders.calls == [USER, TEAM, f"{USER} bob", f"{USER} carol"]


async def test_what_belongs_to_nobody_stays_without_a_person() -> None:
    spent = [*EVERYONE, Spent("", "key-b", 4)]
    assert rows_of(await read(Spenders(spent))) == expected(spent)


async def test_a_key_that_changed_its_team_is_divided() -> None:
    spent = [*EVERYONE, Spent("alice", "key-a", 4, "research"), Spent("alice", "key-a", 1, "", "mini-2")]
    assert rows_of(await read(Spenders(spent))) == expected(spent)


async def test_a_key_that_changed_person_and_team_has_its_present_team() -> None:
    spent = [Spent("alice", "key-a", 4, "research"), Spent("bob", "key-a", 1, "platform", "mini")]
    day = await read(Spenders(spent, key_teams={"key-a": "platform"}))
    assert rows_of(day) == {
        ("alice", "key-a", "platform", "gpt-4o"): 4,
        ("bob", "key-a", "platform", "mini"): 1,
    }


async def test_calls_without_a_key_have_none() -> None:
    day = await read(Spenders([Spent("alice", "unattributed", 4)]))
    assert rows_of(day) == {("alice", "", "", "gpt-4o"): 4}
    assert day.keys == {}


async def test_people_with_a_comma_in_their_name_are_left_to_nobody() -> None:
    spent = [Spent("a,b", "key-a", 4), Spent("bob", "key-a", 1)]
    assert rows_of(await read(Spenders(spent))) == {
        ("", "key-a", "", "gpt-4o"): 4,
        ("bob", "key-a", "", "gpt-4o"): 1,
    }


async def test_overlapping_pages_are_read_person_by_person() -> None:
    spenders = Spenders(EVERYONE, overlaps=True, version="1.84.0")
    day = await read(spenders, page_size=2, known=["alice", "bob"])
    assert rows_of(day) == expected(EVERYONE)
    assert (day.complete, day.total.api_requests) == (True, 17)
    assert f"{USER}/aggregated" in spenders.calls


async def test_a_day_whose_rows_move_between_pages_is_read_once_more() -> None:
    carol = Spent("carol", "key-c", 4)
    day = await read(Spenders(EVERYONE, late=[[carol]]), page_size=2)
    assert rows_of(day) == expected([*EVERYONE, carol])
    assert day.complete


async def test_a_row_that_moves_between_later_pages_is_noticed() -> None:
    """The first page and the number of pages stay as they are."""
    dave, erin = Spent("dave", "key-d", 1), Spent("erin", "key-e", 1)
    day = await read(Spenders([*EVERYONE, erin], late=[[], [dave]], late_at=3), page_size=2)
    assert rows_of(day) == expected([*EVERYONE, dave, erin])
    assert day.complete


async def test_a_day_whose_rows_keep_moving_is_incomplete() -> None:
    late = [[Spent("carol", f"key-{number}", 4)] for number in range(12)]
    assert not (await read(Spenders(EVERYONE, late=late), page_size=2)).complete


def test_failed_calls_without_a_model_leave_a_day_complete() -> None:
    paid = Metrics(spend=1.0, total_tokens=20, api_requests=2, successful_requests=2)
    with_failures = structs.replace(paid, api_requests=5, failed_requests=3)
    models = {"key": {"gpt-4o": paid}}
    assert Table(models=models, total=with_failures).adds_up
    assert not Table(models=models, total=structs.replace(with_failures, spend=1.5)).adds_up
