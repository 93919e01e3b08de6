"""Alerts are stored once, by any number of replicas, with the recipients and amounts that may be seen."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.accounts.store import AccountStore
from keydesk.alerts.choice_store import ChoiceStore
from keydesk.alerts.judging import Judging
from keydesk.alerts.models import Choice, Figure
from keydesk.alerts.recipients import Recipients
from keydesk.alerts.store import WatchStore
from keydesk.alerts.tracking import Tracked, tracked_account, tracked_key, tracked_member, tracked_team
from keydesk.directory.static import StaticDirectory
from keydesk.keys.models import KeyView
from keydesk.keys.owners import team_owner
from keydesk.litellm import Key, Team, TeamMembership, User
from keydesk.notices.models import PLATFORM, Kind, Value
from keydesk.notices.outbox import Outbox
from keydesk.settings import Alerts, DirectoryPerson
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import notices

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
RESET = datetime(2026, 5, 31, tzinfo=UTC)
JANE, OLGA = "user:default/jane", "user:default/olga"
ADMINS = "group:default/team-admins"
TEAM: dict[str, Any] = {"team_id": "t1", "team_alias": "ML", "max_budget": 100.0, "budget_reset_at": RESET}


class Checks:
    """Judges budgets on one database, and reads the notices."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.accounts = AccountStore(database)
        people = [DirectoryPerson.model_validate({"ref": OLGA, "groups": [ADMINS]})]
        directory = StaticDirectory(people)
        self.recipients = Recipients(self.accounts, directory, (ADMINS,), None)
        self.choices = ChoiceStore(database)

    def judging(self, **settings: Any) -> Judging:
        outbox = Outbox(self.database, has_channels=True)
        return Judging(Alerts(**settings), WatchStore(self.database), self.choices, outbox)

    async def judge(self, *tracked: Tracked, now: datetime = NOON, **settings: Any) -> None:
        await self.judging(**settings).judge(tracked, now, self.recipients.for_one_check())

    async def notices(self) -> list[tuple[str, str, str, str]]:
        """Return kind, recipient, subject and threshold."""
        names = ("kind", "recipient", "subject", "threshold")
        query = select(*(notices.c[name] for name in names)).order_by(notices.c.created_at, notices.c.id)
        async with self.database.reading() as connection:
            return [tuple(row) for row in await connection.execute(query)]

    async def values(self) -> list[dict[str, str]]:
        async with self.database.reading() as connection:
            return [*await connection.scalars(select(notices.c.details))]


@pytest.fixture
def checks(database: Database) -> Checks:
    return Checks(database)


def account(spend: float, user_id: str = "jane") -> Tracked:
    user = User(user_id=user_id, spend=spend, max_budget=100.0, budget_reset_at=RESET)
    return tracked_account(user, [f"user:default/{user_id}"])


@pytest.mark.long
async def test_many_replicas_store_an_alert_once(checks: Checks) -> None:
    tracked = [account(85, f"p{number}") for number in range(700)]
    await asyncio.gather(*(checks.judge(*tracked) for _ in range(3)))
    found = await checks.notices()
    assert len(found) == 700
    assert {threshold for *_, threshold in found} == {"80"}
    await checks.judge(*tracked)
    assert len(await checks.notices()) == 700


async def test_a_replica_with_an_old_row_does_not_overwrite_a_newer_one(checks: Checks) -> None:
    store = WatchStore(checks.database)
    await checks.judge(account(10))
    (old,) = (await store.of(["account:jane"])).values()
    await checks.judge(account(85))
    await store.save([replace(old, spend=11.0, version=old.version + 1)], ())
    (now,) = (await store.of(["account:jane"])).values()
    assert (now.spend, now.alerted) == (85.0, 80.0)


async def test_a_person_has_own_thresholds_for_their_budgets_in_teams_too(checks: Checks) -> None:
    await checks.choices.save(JANE, Choice((50,), forecast=False, jumps=False), JANE)
    member = tracked_member(Team(**TEAM), TeamMembership(user_id="jane", spend=5.0, max_budget=10.0), [JANE])
    await checks.judge(account(55), member)
    subjects = {(subject.partition(":")[0], threshold) for _, _, subject, threshold in await checks.notices()}
    assert subjects == {("account", "50"), ("member", "50")}
    await checks.choices.save(JANE, None, JANE)
    await checks.judge(account(96))
    assert (await checks.notices())[-1][3] == "95"


async def test_alerts_about_a_service_key_are_for_its_contacts_and_lead_to_the_team(checks: Checks) -> None:
    key = KeyView.of(
        Key(token_hash="0" * 64, key_alias="reports", team_id="t1", spend=9.0, max_budget=10.0), "key_a"
    )
    tracked = tracked_key(key, checks.recipients.of_key(key))
    await checks.judge(tracked)
    assert await checks.notices() == [("budget_threshold", team_owner("t1"), "key_a", "80")]
    assert tracked.values == {Value.KEY: "reports", Value.TEAM_ID: "t1"}


async def test_the_people_in_the_owning_group_and_admins_in_litellm_get_the_alerts_of_a_team(
    checks: Checks,
) -> None:
    await checks.accounts.adopt("olga", OLGA)
    await checks.accounts.adopt("carol", "user:default/carol")
    members = [{"user_id": name, "role": role} for name, role in (("jane", "admin"), ("bob", "user"))]
    team = Team(**TEAM, spend=85, members_with_roles=members, metadata={"owning_group": "team-admins"})
    await checks.judge(tracked_team(team, is_hidden=False))
    assert {recipient for _, recipient, *_ in await checks.notices()} == {JANE, OLGA}
    assert {values["spent"] for values in await checks.values()} == {"85.0"}


async def test_a_team_without_admins_is_reported_to_the_platform_team(checks: Checks) -> None:
    await checks.judge(tracked_team(Team(**TEAM, spend=85), is_hidden=False))
    assert [recipient for _, recipient, *_ in await checks.notices()] == [PLATFORM]


async def test_a_hidden_team_budget_stays_hidden(checks: Checks) -> None:
    for day in range(10):
        team = Team(**TEAM, spend=2.0 * day if day < 9 else 96.4)
        now = NOON + timedelta(days=day)
        await checks.judge(tracked_team(team, is_hidden=True), now=now)
    assert {kind for kind, *_ in await checks.notices()} == {Kind.BUDGET_THRESHOLD, Kind.SPEND_JUMP}
    names = {"team": "ML", "team_id": "t1"}
    assert sorted(await checks.values(), key=len) == [names, {**names, "percent": "96"}]


async def test_each_of_many_figures_has_its_turn(checks: Checks) -> None:
    judging = checks.judging()
    seen: list[str] = []
    for round_ in range(4):
        figures = [Figure(f"members:t{number}", float(round_ + 1), None, None) for number in range(8)]
        for moved in await judging.moved(figures, 2):
            seen.append(moved.figure.subject)
            await judging.settled(moved, NOON)
    assert sorted(seen) == sorted(figure.subject for figure in figures)


async def test_a_figure_that_does_not_move_is_not_returned_again(checks: Checks) -> None:
    judging, figures = checks.judging(), [Figure("members:t1", 1.0, None, None)]
    (moved,) = await judging.moved(figures, 5)
    await judging.settled(moved, NOON)
    assert await judging.moved(figures, 5) == []
