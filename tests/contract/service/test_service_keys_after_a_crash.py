"""Service keys after a crash and in the daily job: both find the keys of a team without a user."""

from datetime import timedelta
from typing import Any

import pytest

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.kit.key_ids import KeyIds
from keydesk.lifetimes.models import Violation
from keydesk.litellm import TimedOut
from tests.contract.service.test_service_keys import ON, Managed, manage
from tests.support.desk.managing import TeamOffice
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, token_of, unique

pytestmark = pytest.mark.anyio
AT_ONCE = timedelta(seconds=-1)


async def crashed(team: Managed, action: Action, key_id: str | None, **values: Any) -> str:
    """Leave an intent as a crash does. Return its id."""
    audit = team.services.reconcile_intents.audit
    change = Change(team.scene.ref("olga"), action, AuditedTable.KEY, key_id, **values)
    with pytest.raises(TimedOut):
        async with audit.recording(change):
            raise TimedOut("the process is gone")
    return (await audit.abandoned(AT_ONCE))[-1].id


async def made(team: Managed, gateway: Gateway, change_id: str, **fields: Any) -> str:
    """Return the secret of a key that LiteLLM created before the crash."""
    body = {"team_id": team.team_id, "key_type": "llm_api", "metadata": {"keydesk_intent": change_id}}
    return str((await gateway.post("/key/generate", **body | fields)).body["key"])


async def test_a_new_key_that_nobody_received_is_deleted(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open(key_generation=ON) as desk:
        team, alias = await manage(office, desk), unique("reports")
        after: dict[str, Any] = {"alias": alias, "user_id": None, "team_id": team.team_id, "contacts": []}
        change_id = await crashed(team, Action.CREATED, None, after=after)
        secret = await made(team, gateway, change_id, key_alias=alias)
        assert len(await team.listed()) == 1
        await team.services.reconcile_intents.apply(AT_ONCE)
        assert await team.listed() == []
        assert not await gateway.accepts(secret)


async def test_an_interrupted_rotation_is_undone(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open(key_generation=ON) as desk:
        team = await manage(office, desk)
        issued = await team.created()
        ids: KeyIds = team.services.keys.ids
        before = {
            "key_alias": issued["key_alias"],
            "user_id": None,
            "team_id": team.team_id,
            "expires_at": None,
            "secret": {"id": ids.of_secret(token_of(issued["key"])), "max_budget": 5.0},
        }
        change_id = await crashed(team, Action.ROTATED, issued["token"], before=before)
        secret = await made(team, gateway, change_id, key_alias=unique("new"))
        await team.services.reconcile_intents.apply(AT_ONCE)
        assert not await gateway.accepts(secret)
        assert await gateway.accepts(issued["key"])
        assert [key["token"] for key in await team.listed()] == [issued["token"]]


async def test_a_block_without_an_outcome_stays_the_platform_teams(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open(key_generation=ON) as desk:
        team = await manage(office, desk)
        issued = await team.created()
        before = {"user_id": None, "team_id": team.team_id, "blocked": False}
        values = {"before": before, "after": {"blocked": True}}
        await crashed(team, Action.BLOCKED, issued["token"], **values)
        await gateway.post("/key/block", key=token_of(issued["key"]))
        await team.services.reconcile_intents.apply(AT_ONCE)
        mark = await team.services.keys.store.block_mark(issued["token"])
        assert mark is not None
        assert mark.by == team.scene.ref("olga")


async def test_the_daily_job_judges_service_keys_but_no_other_keys_without_a_user(
    office: TeamOffice, make: Maker
) -> None:
    lifetimes = {"longest": "30d", "default": "30d", "extend_expired": True}
    async with office.open(key_generation=ON) as desk:
        team = await manage(office, desk)
        issued = await team.created(duration=None)
        await make.key(team=Team(team.team_id, ""))
    async with office.open(key_generation=ON, key_lifetimes=lifetimes) as desk:
        plan = desk.app.state.services.apply_lifetimes.plan
        pages = [page async for page in plan.pages()]
        found = [each for page in pages for each in page.findings if each.key.team_id == team.team_id]
        assert [(each.key_id, each.violation) for each in found] == [
            (issued["token"], Violation.NEVER_EXPIRES)
        ]
        contacts = await desk.app.state.services.service_keys.contacts.of([issued["token"]])
        assert contacts == {issued["token"]: [team.scene.ref("jane")]}
