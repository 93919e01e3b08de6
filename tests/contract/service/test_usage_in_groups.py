"""Usage in groups, of some keys only, and as a file: the same figures, on every gateway and storage."""

import csv
import io
from typing import Any

import pytest

from tests.support.desk.desk import Desk, OpenDesk, Visitor
from tests.support.upstream.usage import CHAT_MODELS, COUNTED, TEAM_KEYS, Usage

pytestmark = pytest.mark.anyio


@pytest.fixture
def alices_desk(desk_with: OpenDesk, usage: Usage) -> Any:
    """A Keydesk whose directory has the person of the usage, and whose pages are small."""
    people = [{"ref": usage.person.user_id, "email": usage.person.email}]
    return desk_with(directory={"people": people}, upstream={"activity_page_size": 20})


async def alice_at(desk: Desk, usage: Usage) -> Visitor:
    return await desk.sign_in(usage.person.user_id)


@pytest.mark.parametrize(
    ("by", "number"),
    [("day", 1), ("model", len(CHAT_MODELS)), ("key", TEAM_KEYS + 1), ("team", 2), ("provider", 2)],
)
async def test_groups_add_up_to_the_total(alices_desk: Any, usage: Usage, by: str, number: int) -> None:
    async with alices_desk as desk:
        alice = await alice_at(desk, usage)
        grouped = await alice.read("/usage", group_by=by, start_date=usage.day, end_date=usage.day)
    assert len(grouped["groups"]) == number
    added = {name: sum(group[name] for group in grouped["groups"]) for name in COUNTED}
    assert added == pytest.approx(usage.by_person)


async def test_the_usage_of_one_team_is_separate(alices_desk: Any, usage: Usage) -> None:
    async with alices_desk as desk:
        alice = await alice_at(desk, usage)
        period = {"start_date": usage.day, "end_date": usage.day}
        report = await alice.read("/usage", team=usage.team.team_id, **period)
    assert report["total_spend"] == pytest.approx(usage.by_team["spend"])
    assert len(report["usage_by_key"]) == TEAM_KEYS


async def test_a_file_has_the_same_figures(alices_desk: Any, usage: Usage) -> None:
    async with alices_desk as desk:
        alice = await alice_at(desk, usage)
        answer = await alice.get(
            f"/teams/{usage.team.team_id}/usage/export", start_date=usage.day, end_date=usage.day
        )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == TEAM_KEYS * len(CHAT_MODELS)
    for name in COUNTED:
        assert sum(float(row[name]) for row in rows) == pytest.approx(usage.by_team[name])
