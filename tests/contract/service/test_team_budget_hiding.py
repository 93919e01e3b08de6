"""Hidden team budgets: no response to a member or manager contains the budget or a value that reveals it."""

from typing import Any

import pytest

from tests.support.desk.desk import Desk
from tests.support.desk.managing import TeamOffice, managed
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

FROM_ALL = {"hide_team_budget_for_members": True, "hide_team_budget_for_managers": True}
FROM_MEMBERS = {"hide_team_budget_for_members": True}
FROM_MANAGERS = {"hide_team_budget_for_managers": True}
ON = {"allow_team_delete": True, "object_permissions": {"enabled": True}}


def assert_hidden(team: dict[str, Any]) -> None:
    assert (team["max_budget"], team["spend"], team["budget_hidden"]) == (None, 0.0, True), team
    assert (team["budget_pct"], team["budget_status"]) == (0.0, "ok")
    assert "321.0625" not in str(team)


async def test_every_response_to_a_manager_hides_it(office: TeamOffice) -> None:
    async with office.open(rules=ON, display=FROM_ALL) as desk:
        olga = await office.person(desk, "olga")
        office.make.user_ids.append(office.scene.user_id("jane"))
        team = await office.create(olga, max_budget=321.0625)
        path, ref = f"/teams/{team['team_id']}", office.scene.ref("jane")
        answers = [
            await olga.patch(path, rpm_limit=5),
            await olga.patch(path, max_budget=321.0625),
            await olga.post(f"{path}/members", userEntityRef=ref),
            await olga.post(f"{path}/members", userEntityRef=ref),
            await olga.put(f"{path}/knowledge-bases", vector_stores=[]),
            await olga.put(f"{path}/mcp-servers", mcp_servers=[]),
            await olga.delete(f"{path}/members?userEntityRef={ref}"),
        ]
        shown = [team, *(answer.json() for answer in answers), *await managed(olga, team)]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    for each in shown:
        assert_hidden(each)


async def test_managers_see_what_is_hidden_from_members_only(office: TeamOffice) -> None:
    async with office.open(display=FROM_MEMBERS) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga, max_budget=321.0625)
        await olga.post(f"/teams/{team['team_id']}/members", userEntityRef=office.scene.ref("jane"))
        assert [shown["max_budget"] for shown in await managed(olga, team)] == [321.0625]
        (seen,) = await jane.read("/teams")
        assert_hidden(seen)


async def test_percent_is_whole_and_a_team_without_a_budget_hides_nothing(office: TeamOffice) -> None:
    async with office.open(rules={"allow_unlimited_budget": True}, display=FROM_ALL) as desk:
        team = await office.create(await office.person(desk, "olga"), max_budget=None)
    assert (team["budget_hidden"], team["budget_pct"]) == (False, None)


async def spending_team(office: TeamOffice, desk: Desk, gateway: Gateway) -> str:
    """Return the path of a team of Olga's in which Jane has spent something."""
    olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
    team = await office.create(olga, max_budget=321.0625)
    path = f"/teams/{team['team_id']}"
    await olga.post(f"{path}/members", userEntityRef=office.scene.ref("jane"))
    issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
    assert (await gateway.chat(issued["key"], "gpt-4o")).status == 200

    async def usage() -> Any:
        return await jane.read(f"{path}/usage")

    await eventually(usage, lambda seen: seen["api_requests"] == 1)
    return path


@pytest.mark.parametrize(
    ("display", "member_sees", "manager_sees"),
    [({}, True, True), (FROM_MEMBERS, False, True), (FROM_MANAGERS, True, False), (FROM_ALL, False, False)],
    ids=["nobody", "members", "managers", "all"],
)
async def test_usage_contains_no_money_if_the_budget_is_hidden(
    office: TeamOffice, gateway: Gateway, display: dict[str, Any], member_sees: bool, manager_sees: bool
) -> None:
    async with office.open(display=display) as desk:
        path = await spending_team(office, desk, gateway)
        for name, sees in (("jane", member_sees), ("olga", manager_sees)):
            visitor = await office.person(desk, name)
            usage = await visitor.read(f"{path}/usage")
            by_key = [key["total_spend"] for key in usage["usage_by_key"].values()]
            by_day = [day["spend"] for day in usage["daily_usage"] + usage["daily_by_model"]]
            by_model = [model["total_spend"] for model in usage["usage_by_model"].values()]
            amounts = [usage["total_spend"], *by_key, *by_day, *by_model]
            assert len(amounts) == 5
            assert [amount > 0 for amount in amounts] == [sees] * 5, (name, amounts)
            assert usage["api_requests"] == 1


async def test_a_member_who_is_also_a_manager_sees_what_either_may_see(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open(display=FROM_MEMBERS) as desk:
        path = await spending_team(office, desk, gateway)
        olga = await office.person(desk, "olga")
        await olga.read("/user/info")
        await olga.post(f"{path}/members", userEntityRef=office.scene.ref("olga"))
        assert (await olga.read(f"{path}/usage"))["total_spend"] > 0
