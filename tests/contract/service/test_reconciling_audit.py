"""Changes without an outcome after a crash: LiteLLM's state decides the outcome, and orphaned keys are deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.litellm import TimedOut
from tests.support.desk.ageing import open_since
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio
AT_ONCE = timedelta(seconds=-1)
BLOCKED = {"blocked": True}
KEY, USER, TEAM, MEMBERSHIP = (
    AuditedTable.KEY,
    AuditedTable.USER,
    AuditedTable.TEAM,
    AuditedTable.MEMBERSHIP,
)


@pytest.fixture
async def audited_desk(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(litellm={"audit": {"group": PLATFORM_TEAM}}) as desk:
        yield desk


@pytest.fixture
async def jane(audited_desk: Desk, as_person: SignIn) -> Visitor:
    return audited_desk.welcome(await as_person("jane"))


async def crashed(desk: Desk, change: Change) -> str:
    """Leave an intent as a crash does. Return its id."""
    audit = desk.app.state.services.reconcile_intents.audit
    with pytest.raises(TimedOut):
        async with audit.recording(change):
            raise TimedOut("the process is gone")
    found = await audit.abandoned(AT_ONCE)
    newest: str = found[-1].id
    return newest


async def reconciled(desk: Desk, as_person: SignIn, change_id: str) -> tuple[str, str, str | None]:
    """Return outcome, reason and object of the change after the job has run."""
    await desk.app.state.services.reconcile_intents.apply(AT_ONCE)
    olga = desk.welcome(await as_person("olga"))
    logs = (await olga.read("/audit", page_size=100))["audit_logs"]
    (log,) = [log for log in logs if log["id"] == change_id]
    return log["outcome"], log["reason"], log["object_id"]


async def made_at_the_crash(desk: Desk, jane: Visitor, gateway: Gateway, scene: Scene) -> tuple[str, str]:
    """Return the change and the secret of a key that LiteLLM created before the crash."""
    alias = unique("orphan")
    change = Change(scene.ref("jane"), Action.CREATED, KEY, None, after={"alias": alias})
    change_id = await crashed(desk, change)
    made = await gateway.post(
        "/key/generate",
        user_id=jane.user_id,
        key_alias=alias,
        key_type="llm_api",
        metadata={"keydesk_intent": change_id},
    )
    return change_id, made.body["key"]


async def test_a_key_that_nobody_received_is_deleted(
    audited_desk: Desk, jane: Visitor, as_person: SignIn, gateway: Gateway, scene: Scene
) -> None:
    change_id, secret = await made_at_the_crash(audited_desk, jane, gateway, scene)
    (shown,) = await jane.read("/keys")
    found = await reconciled(audited_desk, as_person, change_id)
    assert found == ("undone", "orphan-deleted", shown["token"])
    assert (await gateway.chat(secret)).status == 401
    assert await jane.read("/keys") == []


async def test_a_used_key_was_delivered_and_stays(
    audited_desk: Desk, jane: Visitor, as_person: SignIn, gateway: Gateway, scene: Scene
) -> None:
    """This can happen after restoring a backup made between the two entries of a new key."""
    change_id, secret = await made_at_the_crash(audited_desk, jane, gateway, scene)
    assert (await gateway.chat(secret)).status == 200

    async def spent() -> float:
        (shown,) = await jane.read("/keys")
        return float(shown["spend"])

    await eventually(spent, bool)
    found = await reconciled(audited_desk, as_person, change_id)
    (shown,) = await jane.read("/keys")
    assert found == ("succeeded", "found-in-use", shown["token"])
    assert (await gateway.chat(secret)).status == 200


async def test_a_key_of_another_intent_is_not_changed(
    audited_desk: Desk, jane: Visitor, as_person: SignIn, scene: Scene
) -> None:
    alias = unique("laptop")
    await jane.issue(alias)
    change = Change(scene.ref("jane"), Action.CREATED, KEY, None, after={"alias": alias})
    change_id = await crashed(audited_desk, change)
    assert await reconciled(audited_desk, as_person, change_id) == ("failed", "found-not-made", None)
    assert len(await jane.read("/keys")) == 1


@pytest.mark.parametrize("was_made", [True, False], ids=["made", "not made"])
@pytest.mark.parametrize(
    ("action", "path", "before", "after"),
    [
        (Action.UPDATED, "/key/update", {"rpm_limit": 5}, {"rpm_limit": 9}),
        (Action.BLOCKED, "/key/block", {"blocked": False}, {"blocked": True}),
        (Action.DELETED, "/key/delete", {}, {}),
    ],
)
async def test_the_outcome_of_a_key_change_is_found(
    *,
    audited_desk: Desk,
    jane: Visitor,
    as_person: SignIn,
    gateway: Gateway,
    scene: Scene,
    action: Action,
    path: str,
    before: dict[str, Any],
    after: dict[str, Any],
    was_made: bool,
) -> None:
    issued = await jane.issue(unique("laptop"), rpm_limit=5)
    change = Change(scene.ref("jane"), action, KEY, issued["token"], before, after)
    change_id = await crashed(audited_desk, change)
    if was_made:
        body = {"keys": [issued["key"]]} if path == "/key/delete" else {"key": issued["key"], **after}
        body.pop("blocked", None)
        assert (await gateway.post(path, **body)).status == 200
    expected = ("succeeded", "found-made") if was_made else ("failed", "found-not-made")
    assert await reconciled(audited_desk, as_person, change_id) == (*expected, issued["token"])
    if was_made and action is Action.BLOCKED:
        unblocked = await jane.post(f"/keys/{issued['token']}/unblock")
        assert unblocked.status_code == 200, "the block is known as jane's own"


async def test_a_later_block_by_an_administrator_does_not_become_the_owners(
    surroundings: Surroundings, as_person: SignIn, gateway: Gateway, scene: Scene
) -> None:
    people = {"people": scene.directory()}
    settings = surroundings.settings(litellm={"audit": {"group": PLATFORM_TEAM}}, directory=people)
    async with open_desk(settings) as desk:
        jane = desk.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"))
        change = Change(scene.ref("jane"), Action.BLOCKED, KEY, issued["token"], {"blocked": False}, BLOCKED)
        await crashed(desk, change)
        await open_since(desk, timedelta(minutes=3))
        assert (await gateway.post("/key/block", key=issued["key"])).status == 200
        await desk.app.state.services.reconcile_intents.apply()
        assert (await jane.post(f"/keys/{issued['token']}/unblock")).status_code == 403


@pytest.mark.parametrize("was_made", [True, False], ids=["made", "not made"])
async def test_an_interrupted_unblock_neither_leaves_nor_loses_the_stamp(
    *, audited_desk: Desk, jane: Visitor, gateway: Gateway, scene: Scene, was_made: bool
) -> None:
    """Without the stamp the owner could not unblock the key.

    A stamp that is left could lift an administrator's block.
    """
    issued = await jane.issue(unique("laptop"))
    key_id, store = issued["token"], audited_desk.app.state.services.keys.store
    await jane.post(f"/keys/{key_id}/block")
    change = Change(scene.ref("jane"), Action.UNBLOCKED, KEY, key_id, BLOCKED, {"blocked": False})
    await crashed(audited_desk, change)
    if was_made:
        await gateway.post("/key/unblock", key=issued["key"])
    else:
        await store.mark_blocked(key_id, jane.user_id, None)
    await audited_desk.app.state.services.reconcile_intents.apply(AT_ONCE)
    assert (await store.block_mark(key_id) is None) is was_made
    assert (await jane.post(f"/keys/{key_id}/unblock")).status_code == 200


async def test_a_key_changed_by_others_has_an_unknown_outcome(
    audited_desk: Desk, jane: Visitor, as_person: SignIn, gateway: Gateway, scene: Scene
) -> None:
    issued = await jane.issue(unique("laptop"), rpm_limit=5)
    change = Change(
        scene.ref("jane"), Action.UPDATED, KEY, issued["token"], {"rpm_limit": 5}, {"rpm_limit": 9}
    )
    change_id = await crashed(audited_desk, change)
    await gateway.post("/key/update", key=issued["key"], rpm_limit=7)
    found = await reconciled(audited_desk, as_person, change_id)
    assert found == ("unknown", "cannot-be-told", issued["token"])


@pytest.mark.parametrize("came_again", [False, True], ids=["not seen since", "seen since"])
async def test_a_created_account_is_recorded_as_keydesks(
    *, audited_desk: Desk, as_person: SignIn, make: Maker, scene: Scene, came_again: bool
) -> None:
    bob = await make.person(user_id=scene.user_id("bob"), max_budget=25.0)
    after = {"max_budget": 25.0}
    change_id = await crashed(
        audited_desk, Change(scene.ref("bob"), Action.CREATED, USER, bob.user_id, {}, after)
    )
    if came_again:
        await (await audited_desk.sign_in(bob.user_id)).read("/user/info")
    found = await reconciled(audited_desk, as_person, change_id)
    assert found == ("succeeded", "found-made", bob.user_id)
    record = await audited_desk.app.state.services.accounts.store.find(bob.user_id)
    assert (record.ref, record.applied) == (scene.ref("bob"), after)


async def test_a_missing_account_is_recorded_as_failed(
    audited_desk: Desk, as_person: SignIn, scene: Scene
) -> None:
    user_id = scene.user_id("carol")
    change_id = await crashed(audited_desk, Change(scene.ref("carol"), Action.CREATED, USER, user_id, {}, {}))
    assert await reconciled(audited_desk, as_person, change_id) == ("failed", "found-not-made", user_id)


@pytest.mark.parametrize(
    ("table", "action", "before", "after", "expected"),
    [
        (TEAM, Action.CREATED, {}, {}, "succeeded"),
        (TEAM, Action.DELETED, {}, {}, "failed"),
        (TEAM, Action.UPDATED, {"max_budget": 5.0}, {"max_budget": 7.0}, "succeeded"),
        (TEAM, Action.UPDATED, {"max_budget": 7.0}, {"max_budget": 9.0}, "failed"),
        (MEMBERSHIP, Action.CREATED, {}, {"user_id": "nobody-here"}, "failed"),
        (MEMBERSHIP, Action.DELETED, {"user_id": "nobody-here"}, {}, "succeeded"),
    ],
)
async def test_the_outcome_of_a_team_change_is_found(
    *,
    audited_desk: Desk,
    as_person: SignIn,
    make: Maker,
    table: AuditedTable,
    action: Action,
    before: dict[str, Any],
    after: dict[str, Any],
    expected: str,
) -> None:
    team = await make.team(max_budget=7.0)
    change = Change(SYSTEM_ACTOR, action, table, team.team_id, before, after)
    change_id = await crashed(audited_desk, change)
    assert (await reconciled(audited_desk, as_person, change_id))[0] == expected


async def test_a_change_that_may_still_be_running_is_not_changed(
    surroundings: Surroundings, scene: Scene
) -> None:
    settings = surroundings.settings(directory={"people": scene.directory()})
    async with open_desk(settings) as desk:
        await crashed(desk, Change(SYSTEM_ACTOR, Action.UPDATED, AuditedTable.SESSION, None))
        job = desk.app.state.services.reconcile_intents
        open_before = len(await job.audit.abandoned(AT_ONCE))
        await open_since(desk, timedelta(minutes=1))
        await job.apply()
        assert len(await job.audit.abandoned(AT_ONCE)) == open_before
        await open_since(desk, timedelta(minutes=3))
        await job.apply()
        assert await job.audit.abandoned(AT_ONCE) == []
