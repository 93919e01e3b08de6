"""Bulk changes of keys: a preview, the same rules as for one key, and a result for each key."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from keydesk.audit.policy import Filter
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = [pytest.mark.anyio, pytest.mark.long]
_ITEM = re.compile(r'<span class="name">(.*?)</span>(.*?)</li>', re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")
STATE = "/keys?q=x&page=2"


async def issue(owner: Visitor, *names: str, **fields: Any) -> list[str]:
    """Return the ids of new keys."""
    made = [await owner.issue(f"{owner.user_id} {name}", **fields) for name in names]
    return [key["token"] for key in made]


def outcomes(page: str) -> dict[str, str]:
    """Return what a preview or a result says of each key, by the last word of the key's name."""
    found = {}
    for name, said in _ITEM.findall(page):
        alias = unescape(_TAGS.sub("", name.partition("<code")[0])).strip()
        found[alias.rpartition(" ")[2]] = " ".join(unescape(_TAGS.sub(" ", said)).split())
    return found


async def send(visitor: PortalVisitor, path: str, key_ids: list[str], **fields: Any) -> str:
    """Return the preview or the result, or the list after a change that succeeded for all keys."""
    answer = await visitor.post(f"/keys/selected/{path}", at="/keys", key=key_ids, next=STATE, **fields)
    if answer.status_code == 303:
        assert answer.headers["location"] == STATE
        return (await visitor.get(STATE)).text
    assert answer.status_code == 200, answer.text
    return answer.text


async def blocked(owner: Visitor) -> dict[str, bool]:
    return {key["key_alias"].rpartition(" ")[2]: key["blocked"] for key in await owner.read("/keys")}


async def recorded(desk: Desk, owner: Visitor, action: str) -> list[str]:
    """Return the ids of the keys in the audit records of the owner's changes."""
    wanted = Filter(action=action, actors=(f"user:default/{owner.user_id}",))
    page = await desk.app.state.services.audit_reader.page(wanted, 1, 100)
    assert {log.outcome for log in page.audit_logs} <= {"succeeded"}
    return [str(log.object_id) for log in page.audit_logs]


@pytest.fixture
async def owner(sign_in: SignIn) -> Visitor:
    """Jane's API client."""
    return await sign_in("jane")


def block_in_litellm(control: SandboxControl, owner: Visitor, name: str) -> None:
    """Block a key as an administrator does."""
    query = {"user_id": owner.user_id, "return_full_object": "true"}
    listed = control.http.get("/key/list", params=query).raise_for_status().json()["keys"]
    (key,) = [each for each in listed if each["key_alias"].endswith(f" {name}")]
    control.http.post("/key/block", json={"key": key["token"]}).raise_for_status()


async def test_a_preview_says_what_will_happen_and_changes_nothing(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, "one", "two", "three")
    await owner.post(f"/keys/{key_ids[2]}/block")
    control.forget()
    page = await send(jane, "block", [*key_ids, "key_" + "a" * 26])
    assert "Block 2 keys?" in page
    assert outcomes(page) == {
        "one": "", "two": "", "three": "Already blocked.", "key": "This key no longer exists.",
    }  # fmt: skip
    assert {*re.findall(r'name="key" value="([^"]+)"', page)} == {*key_ids[:2]}
    assert f'name="next" value="{STATE.replace("&", "&amp;")}"' in page
    assert control.writes() == []


async def test_selected_keys_are_blocked_and_that_is_undone(
    jane: PortalVisitor, owner: Visitor, desk: Desk
) -> None:
    key_ids = await issue(owner, "one", "two", "three")
    page = await send(jane, "block/apply", key_ids[:2])
    assert "2 keys blocked" in page
    assert await blocked(owner) == {"one": True, "two": True, "three": False}
    assert sorted(await recorded(desk, owner, "blocked")) == sorted(key_ids[:2])
    undo = page.partition('action="/keys/selected/unblock/apply"')[2].partition("</form>")[0]
    assert f'name="next" value="{STATE.replace("&", "&amp;")}"' in undo
    page = await send(jane, "unblock/apply", re.findall(r'name="key" value="([^"]+)"', undo))
    assert "2 keys unblocked" in page
    assert await blocked(owner) == {"one": False, "two": False, "three": False}


async def test_only_what_a_change_blocked_is_undone(jane: PortalVisitor, owner: Visitor) -> None:
    key_ids = await issue(owner, "one", "two")
    await owner.post(f"/keys/{key_ids[0]}/block")
    page = await send(jane, "block/apply", key_ids)
    assert "1 key blocked" in page
    assert outcomes(page) == {"one": "Already blocked.", "two": ""}
    assert f'href="{STATE.replace("&", "&amp;")}"' in page
    undo = page.partition('action="/keys/selected/unblock/apply"')[2]
    assert re.findall(r'name="key" value="([^"]+)"', undo) == [key_ids[1]]


async def test_an_administrators_block_stays(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, "mine", "leaked")
    await owner.post(f"/keys/{key_ids[0]}/block")
    block_in_litellm(control, owner, "leaked")
    for path in ("unblock", "unblock/apply"):
        found = outcomes(await send(jane, path, key_ids))
        assert found["leaked"].startswith("An administrator blocked this key.")
        assert found["mine"] == ""
    assert await blocked(owner) == {"mine": False, "leaked": True}


async def test_keys_of_other_people_do_not_exist(
    jane: PortalVisitor, owner: Visitor, sign_in: SignIn
) -> None:
    bob = await sign_in("bob")
    (bobs,) = await issue(bob, "bobs")
    (own,) = await issue(owner, "own")
    for action in ("block", "extend", "delete"):
        for path in (action, f"{action}/apply"):
            assert outcomes(await send(jane, path, [bobs]))["key"] == "This key no longer exists."
    assert "1 key deleted" in await send(jane, "delete/apply", [bobs, own])
    assert await blocked(bob) == {"bobs": False}
    assert await blocked(owner) == {}


async def test_an_extension_never_shortens_and_gives_no_end_to_a_key_without_one(
    jane: PortalVisitor, owner: Visitor
) -> None:
    soon, late, endless = [(await issue(owner, name, **fields))[0] for name, fields in
                           [("soon", {"duration": "1d"}), ("late", {"duration": "90d"}), ("endless", {})]]  # fmt: skip
    expected = {"late": "Expires later than that already.", "endless": "Never expires."}
    preview = outcomes(await send(jane, "extend", [soon, late, endless], duration="30d"))
    assert preview.pop("soon").startswith("Currently: ")
    assert preview == expected
    before = {key["token"]: key["expires_at"] for key in await owner.read("/keys")}
    page = await send(jane, "extend/apply", [soon, late, endless], duration="30d")
    assert outcomes(page) == {"soon": "", **expected}
    after = {key["token"]: key["expires_at"] for key in await owner.read("/keys")}
    assert (after[late], after[endless]) == (before[late], before[endless])
    ends = datetime.fromisoformat(after[soon]) - datetime.now(UTC)
    assert timedelta(days=29) < ends <= timedelta(days=30, minutes=1)


async def test_another_duration_is_previewed_with_all_selected_keys(
    jane: PortalVisitor, owner: Visitor
) -> None:
    key_ids = await issue(owner, "late", duration="90d")
    page = await send(jane, "extend", key_ids, duration="30d")
    assert "No keys to change" in page
    page = await send(jane, "extend", [], other=key_ids, duration="1y")
    assert "Extend 1 key?" in page


@pytest.mark.parametrize("duration", ["2d", "junk", "30d; drop"])
async def test_only_offered_durations_are_accepted(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl, duration: str
) -> None:
    key_ids = await issue(owner, "one", duration="1d")
    control.forget()
    for path in ("extend", "extend/apply"):
        answer = await jane.post(f"/keys/selected/{path}", at="/keys", key=key_ids, duration=duration)
        assert answer.status_code == 422
    assert control.writes() == []


async def test_keys_are_deleted_with_what_they_were_used_for(
    jane: PortalVisitor, owner: Visitor, desk: Desk
) -> None:
    key_ids = await issue(owner, "one", "two", "three")
    assert outcomes(await send(jane, "delete", key_ids[:2])) == dict.fromkeys(
        ("one", "two"), "Not used in the last 7 days."
    )
    page = await send(jane, "delete/apply", key_ids[:2])
    assert "2 keys deleted" in page
    assert "Undo" not in page
    assert await blocked(owner) == {"three": False}
    assert sorted(await recorded(desk, owner, "deleted")) == sorted(key_ids[:2])


async def test_no_keys_and_too_many_keys_are_refused_with_the_way_back(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    (own,) = await issue(owner, "own")
    too_many = [own, *(f"key_{number:026}" for number in range(100))]
    control.forget()
    for key_ids, text in (([], "Select at least one key."), (too_many, "Select at most 100 keys at a time.")):
        answer = await jane.post("/keys/selected/block", at="/keys", key=key_ids, next=STATE)
        assert (answer.status_code, text in answer.text) == (422, True)
        assert f'href="{STATE.replace("&", "&amp;")}"' in answer.text
        answer = await jane.post("/keys/selected/block/apply", at="/keys", key=key_ids, next=STATE)
        assert (answer.status_code, text in answer.text) == (422, True)
    assert control.writes() == []


async def test_each_change_needs_its_own_permission(desk_with: OpenDesk, owner: Visitor) -> None:
    key_ids = await issue(owner, "one", "two")
    async with (
        desk_with(grants={"litellm.key.revoke": [PLATFORM_TEAM]}) as desk,
        portal_client(desk.app) as http,
    ):
        visitor = PortalVisitor(http)
        await visitor.sign_in(owner.user_id)
        for path in ("delete", "delete/apply"):
            refused = await visitor.post(f"/keys/selected/{path}", at="/keys", key=key_ids)
            assert (refused.status_code, "litellm.key.revoke" in refused.text) == (403, True)
        assert "2 keys blocked" in await send(visitor, "block/apply", key_ids)
    assert await blocked(owner) == {"one": True, "two": True}


async def test_a_form_without_its_token_changes_nothing(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, "one")
    control.forget()
    for path in ("block", "block/apply", "delete/apply"):
        fields = {"key": key_ids, "csrf": "junk"}
        answer = await jane.http.post(f"/keys/selected/{path}", data=fields, headers={"Origin": jane.origin})
        assert answer.status_code == 403
    assert control.writes() == []


async def test_a_failure_is_reported_for_each_key(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, "one", "two")
    with control.fault("/key/block", error_rate=1.0, status=400):
        page = await send(jane, "block/apply", key_ids)
    assert "No keys were changed" in page
    assert "2 keys were not changed." in page
    assert outcomes(page).keys() == {"one", "two"}
    assert all(outcomes(page).values())
    assert await blocked(owner) == {"one": False, "two": False}


async def test_a_key_that_disappears_between_preview_and_change_does_not_stop_the_others(
    jane: PortalVisitor, owner: Visitor
) -> None:
    key_ids = await issue(owner, "one", "two")
    await send(jane, "block", key_ids)
    await owner.delete(f"/keys/{key_ids[0]}")
    page = await send(jane, "block/apply", key_ids)
    assert outcomes(page) == {"key": "This key no longer exists.", "two": ""}


async def test_concurrent_changes_of_the_same_keys_are_made_once(
    jane: PortalVisitor, owner: Visitor, desk: Desk
) -> None:
    key_ids = await issue(owner, *"abcdefgh")
    pages = await asyncio.gather(
        *(send(jane, "block/apply", key_ids) for _ in range(3)), send(jane, "delete/apply", key_ids[4:])
    )
    assert "4 keys deleted" in pages[3]
    assert await blocked(owner) == dict.fromkeys("abcd", True)
    assert sorted(await recorded(desk, owner, "deleted")) == sorted(key_ids[4:])
    records = await recorded(desk, owner, "blocked")
    assert len(records) == len({*records}), "each key was blocked once"
    assert {*key_ids[:4]} <= {*records}


async def test_keys_that_are_not_started_in_time_are_reported_and_unchanged(
    desk_with: OpenDesk, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, *"abcdefghijklmnop")
    async with (
        desk_with(server={"time_limit_seconds": 2.0}) as desk,
        portal_client(desk.app) as http,
    ):
        visitor = PortalVisitor(http)
        await visitor.sign_in(owner.user_id)
        with control.fault("/key/block", latency_seconds=0.6):
            found = outcomes(await send(visitor, "block/apply", key_ids))
    assert found.keys() == {*"abcdefghijklmnop"}
    late = {name for name, said in found.items() if said.startswith("Not started")}
    assert late
    state = await blocked(owner)
    assert {name for name in late if state[name]} == set()
    assert all(state[name] for name, said in found.items() if not said)


async def test_the_result_of_a_large_selection_can_be_undone(jane: PortalVisitor, owner: Visitor) -> None:
    """The message of so many keys does not fit into a cookie, so the result is a page."""
    key_ids = await issue(owner, *(f"k{number}" for number in range(41)))
    page = await send(jane, "block/apply", key_ids)
    assert "41 keys blocked" in page
    undo = page.partition('action="/keys/selected/unblock/apply"')[2]
    assert {*re.findall(r'name="key" value="([^"]+)"', undo)} == {*key_ids}


async def test_a_large_selection_reads_the_list_of_keys_once(
    jane: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    key_ids = await issue(owner, *(f"k{number}" for number in range(20)))
    control.forget()
    assert "20 keys blocked" in await send(jane, "block/apply", key_ids)
    calls = control.calls()
    assert calls.count("POST /key/block") == 20
    # The list of the plan, one call for each key, and the pages before and after the change.
    assert calls.count("GET /key/list") <= 23
