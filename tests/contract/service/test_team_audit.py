"""Every change of a team is audited with its previous values. Hidden budgets stay hidden in responses with the log."""

from typing import Any

import pytest

from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.managing import INTERNS, TeamOffice
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

ON = {"allow_team_delete": True, "object_permissions": {"enabled": True}}
AUDITORS = "group:default/auditors"


async def log_of(auditor: Visitor, team_id: str) -> list[dict[str, Any]]:
    """Return the entries of a team, oldest first."""
    logs = (await auditor.read("/audit", page_size=100))["audit_logs"]
    return [log for log in reversed(logs) if log["object_id"] == team_id]


async def a_teams_life(office: TeamOffice, desk: Desk) -> str:
    olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
    team = await office.create(olga, max_budget=50.0)
    path, ref = f"/teams/{team['team_id']}", office.scene.ref("jane")
    await olga.post(f"{path}/members", userEntityRef=ref, maxBudgetInTeam=3)
    await olga.post(f"{path}/members", userEntityRef=ref, maxBudgetInTeam=4)
    await jane.issue(unique("laptop"), team_id=team["team_id"])
    await olga.patch(path, max_budget=60, rpm_limit=5)
    await olga.patch(path, blocked=True)
    await olga.patch(path, blocked=False)
    await olga.put(f"{path}/knowledge-bases", vector_stores=[])
    await olga.put(f"{path}/mcp-servers", mcp_servers=[])
    await olga.delete(f"{path}/members?userEntityRef={jane.user_id}")
    await olga.delete(path)
    return str(team["team_id"])


async def test_every_change_is_audited(office: TeamOffice) -> None:
    async with office.open(rules=ON, audit={"group": AUDITORS}, groups={"alice": [AUDITORS]}) as desk:
        team_id = await a_teams_life(office, desk)
        logs = await log_of(await office.person(desk, "alice"), team_id)
    assert {log["changed_by"] for log in logs} == {office.scene.ref("olga")}
    assert {log["outcome"] for log in logs} == {"succeeded"}
    assert [(log["table_name"].removeprefix("LiteLLM_"), log["action"]) for log in logs] == [
        ("TeamTable", "created"),
        ("TeamMembership", "created"),
        ("TeamMembership", "updated"),
        ("TeamTable", "updated"),
        ("TeamTable", "blocked"),
        ("TeamTable", "unblocked"),
        ("ObjectPermissionTable", "updated"),
        ("ObjectPermissionTable", "updated"),
        ("TeamMembership", "deleted"),
        ("TeamTable", "deleted"),
    ]
    assert logs[3]["before_value"] == {"max_budget": 50.0, "rpm_limit": None}
    assert logs[3]["updated_values"] == {"max_budget": 60.0, "rpm_limit": 5}
    assert len(logs[8]["before_value"]["keys"]) == 1
    assert logs[9]["before_value"]["max_budget"] == 60.0


@pytest.mark.parametrize(
    ("hidden_from", "groups", "is_seen"),
    [
        ("members", [AUDITORS], True),
        ("managers", [AUDITORS], True),
        ("members", [AUDITORS, PLATFORM_TEAM], True),
        ("managers", [AUDITORS, PLATFORM_TEAM], False),
        ("managers", [AUDITORS, INTERNS], False),
    ],
    ids=["auditor", "auditor-too", "manager", "manager-hidden", "another-manager-hidden"],
)
async def test_auditors_who_manage_teams_see_what_managers_see(
    office: TeamOffice, hidden_from: str, groups: list[str], is_seen: bool
) -> None:
    display = {f"hide_team_budget_for_{hidden_from}": True}
    audit = {"group": AUDITORS}
    async with office.open(display=display, audit=audit, groups={"alice": groups}) as desk:
        team = await office.create(await office.person(desk, "olga"))
        (log,) = await log_of(await office.person(desk, "alice"), team["team_id"])
    assert ("max_budget" in log["updated_values"]) is is_seen
    assert log["updated_values"]["models"] == ["gpt-4o"]


@pytest.mark.parametrize(
    ("groups", "is_seen"),
    [([AUDITORS], False), ([AUDITORS, INTERNS], False), ([AUDITORS, PLATFORM_TEAM], True)],
    ids=["auditor", "manager of other teams", "manager of it"],
)
async def test_an_auditor_in_the_team_sees_what_members_see(
    office: TeamOffice, groups: list[str], is_seen: bool
) -> None:
    display = {"hide_team_budget_for_members": True}
    audit = {"group": AUDITORS}
    async with office.open(display=display, audit=audit, groups={"alice": groups}) as desk:
        olga, alice = await office.person(desk, "olga"), await office.person(desk, "alice")
        team = await office.create(olga)
        path = f"/teams/{team['team_id']}/members"
        await olga.post(path, userEntityRef=office.scene.ref("alice"), maxBudgetInTeam=3)
        logs = await log_of(alice, team["team_id"])
    assert [log["action"] for log in logs] == ["created", "created"]
    assert ["max_budget" in str(log) for log in logs] == [is_seen] * 2
