"""Allowances where somebody else acts: service keys, team admins, key admins, and approvers of requests."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.service.test_allowances import ALLOWANCE, MONTHLY, ask, month, refused, spend
from tests.contract.service.test_service_keys import Managed, manage
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.managing import DATA_TEAM, GRANTS, MANAGERS, RULES, TeamOffice, people
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
ALLOWANCES = {"usd_per_month": 10.0, "service_keys": {"usd_per_month": 20.0}}


@pytest.fixture
async def team(office: TeamOffice) -> AsyncIterator[Managed]:
    """Olga's team, whose service keys may have twenty dollars a month together."""
    rules = {"allow_team_delete": True}
    keys = {"key_generation": {"service_keys": True}, "key_allowances": ALLOWANCES}
    async with office.open(rules=rules, groups=MANAGERS | {"carol": [PLATFORM_TEAM]}, **keys) as desk:
        yield await manage(office, desk)


async def test_service_keys_of_a_team_have_an_allowance_of_their_own(team: Managed) -> None:
    first = await team.created(max_budget=15.0, **MONTHLY)
    refused(await team.carol.post(team.keys, **team.body(max_budget=6.0, **MONTHLY)), left=5.0)
    refused(await team.carol.patch(f"{team.keys}/{first['token']}", max_budget=21.0), left=20.0)
    (window,) = (await team.olga.read(f"{team.keys}/allowance"))["windows"]
    assert (window["used"], window["left"]) == (15.0, 5.0)
    assert (await ask(team.olga, 10.0)).status_code == 200
    assert (await month(team.olga))["used"] == 10.0


async def test_a_deleted_service_key_counts_what_it_has_spent(team: Managed, gateway: Gateway) -> None:
    issued = await team.created(max_budget=15.0, **MONTHLY)
    await spend(gateway, issued, 12.0)
    assert (await team.olga.delete(f"{team.keys}/{issued['token']}")).status_code == 200
    refused(await team.olga.post(team.keys, **team.body(max_budget=9.0, **MONTHLY)), left=8.0)


async def test_leaving_or_deleting_a_team_does_not_make_spend_disappear(
    team: Managed, gateway: Gateway
) -> None:
    """LiteLLM deletes the keys: those of a member who leaves, and all of a deleted team."""
    olga, here = team.olga, f"/teams/{team.team_id}/members"
    assert (await olga.post(here, userEntityRef=team.scene.ref("olga"))).status_code == 200
    issued = await olga.issue(unique("laptop"), max_budget=4.0, team_id=team.team_id, **MONTHLY)
    await spend(gateway, issued, 4.0)
    assert (await olga.delete(f"{here}?userEntityRef={team.scene.ref('olga')}")).status_code == 200
    refused(await ask(olga, 7.0), left=6.0)

    assert (await olga.post(here, userEntityRef=team.scene.ref("olga"))).status_code == 200
    issued = await olga.issue(unique("laptop"), max_budget=6.0, team_id=team.team_id, **MONTHLY)
    await spend(gateway, issued, 5.0)
    assert (await olga.delete(f"/teams/{team.team_id}")).status_code == 200
    # Until LiteLLM has surely recorded all spend, the second deletion in a short time counts completely.
    refused(await ask(olga, 2.0), left=0.0)


@pytest.fixture
async def platform(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    """A Keydesk with an allowance, at which Olga changes the keys of others and approves requests."""
    litellm = {
        "key_allowances": ALLOWANCE,
        "audit": {"group": PLATFORM_TEAM, "key_admin_group": PLATFORM_TEAM},
    }
    grants = {"litellm.key.admin": [PLATFORM_TEAM]}
    requests = {"enabled": True, "approver_groups": [PLATFORM_TEAM]}
    async with desk_with(litellm=litellm, grants=grants, requests=requests) as desk:
        yield desk


async def test_key_admins_cannot_exceed_the_allowance_of_the_owner(platform: Desk, as_person: SignIn) -> None:
    jane, olga = platform.welcome(await as_person("jane")), platform.welcome(await as_person("olga"))
    issued = [await jane.issue(unique("laptop"), max_budget=4.0, **MONTHLY) for _ in range(2)]
    await platform.app.state.services.all_keys.indexing.apply()
    change = {"ids": [each["token"] for each in issued], "action": "update", "changes": {"max_budget": 6.0}}
    answer = await olga.post("/admin/keys/bulk", **change)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert sorted(result["status"] for result in results) == ["changed", "failed"]
    assert (await month(jane))["used"] == 10.0


async def test_an_approver_can_grant_more_and_it_counts(platform: Desk, as_person: SignIn) -> None:
    jane, olga = platform.welcome(await as_person("jane")), platform.welcome(await as_person("olga"))
    key_id = (await jane.issue(unique("laptop"), max_budget=8.0, **MONTHLY))["token"]
    body = {"kind": "key_budget", "key_id": key_id, "max_budget": 15.0, "reason": "A project"}
    request = (await jane.post("/requests", **body)).json()
    assert (await olga.post(f"/requests/{request['id']}/approve")).status_code == 200
    assert (await month(jane))["used"] == 15.0
    refused(await ask(jane, 1.0), left=0.0)
    refused(await jane.post(f"/keys/{key_id}/update", max_budget=16.0), left=10.0)


async def test_a_team_admin_can_approve_only_what_fits(office: TeamOffice) -> None:
    settings = {
        "litellm": {"team_admin": RULES, "key_allowances": ALLOWANCES},
        "grants": GRANTS,
        "directory": {"people": people(office.scene)},
        "requests": {"enabled": True, "approver_groups": [DATA_TEAM]},
    }
    async with office.desk_with(**settings) as desk:
        olga, jane, carol = [await office.person(desk, name) for name in ("olga", "jane", "carol")]
        team = await office.create(olga)
        member = {"userEntityRef": office.scene.ref("jane")}
        assert (await olga.post(f"/teams/{team['team_id']}/members", **member)).status_code == 200
        issued = await jane.issue(unique("laptop"), max_budget=5.0, team_id=team["team_id"], **MONTHLY)
        body = {"kind": "key_budget", "key_id": issued["token"], "max_budget": 12.0, "reason": "A project"}
        approve = f"/requests/{(await jane.post('/requests', **body)).json()['id']}/approve"
        refused(await olga.post(approve), left=10.0)
        assert (await month(jane))["used"] == 5.0
        assert (await carol.post(approve)).status_code == 200
        assert (await month(jane))["used"] == 12.0
