"""Every change is audited: the intent before and the outcome after it. Changes that policy refuses are not audited."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
import stamina

from keydesk.litellm import Key, KeyChanges
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio

LATE = 0.5
"""The delay of the sandbox's responses in seconds, so that something can happen meanwhile."""
QUERY = """
    select i.action, i.table_name, i.actor, i.object_id, i.before_value, i.updated_values, i.request_id,
           i.source, i.claimed_request_id, i.claimed_source,
           o.outcome, o.reason, o.object_id as came_to_be
    from audit_log i left join audit_log o on o.change_id = i.change_id and o.kind = 'outcome'
    where i.kind = 'intent' order by i.seq
"""
Records = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _one_attempt() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def desk_on_record(desk_with: OpenDesk, tmp_path: Path) -> AsyncIterator[Desk]:
    """A Keydesk with its own database."""
    async with desk_with(database={"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}) as desk:
        yield desk


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return all entries so far, oldest first."""

    def read() -> list[dict[str, Any]]:
        with closing(sqlite3.connect(tmp_path / "keydesk.db")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(QUERY)]

    return read


@pytest.fixture
async def jane(desk_on_record: Desk, as_person: SignIn) -> Visitor:
    """Jane's account existed before this Keydesk, so the log has no entry for it."""
    return desk_on_record.welcome(await as_person("jane"))


async def test_a_new_account_is_audited(desk_on_record: Desk, sign_in: SignIn, records: Records) -> None:
    bob = desk_on_record.welcome(await sign_in("bob"))
    answer = await bob.get("/user/info")
    (record,) = records()
    assert (record["action"], record["table_name"]) == ("created", "LiteLLM_UserTable")
    assert record["actor"] == f"user:default/{bob.user_id}"
    assert record["object_id"] == bob.user_id
    assert json.loads(record["updated_values"])["max_budget"] == 25.0
    assert record["request_id"] == answer.headers["x-request-id"]
    assert record["outcome"] == "succeeded"


async def test_claims_of_a_caller_are_recorded_separately_from_facts(jane: Visitor, records: Records) -> None:
    said = {"X-Request-Id": "id-of-the-caller", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    wanted = {"alias": unique("laptop"), "max_budget": 1.0}
    answer = await jane.call("POST", "/keys/generate", headers=said, json=wanted)
    (record,) = records()
    assert record["request_id"] == answer.headers["x-request-id"] != "id-of-the-caller"
    assert record["source"] == "127.0.0.1"
    claimed = {name: value for name, value in record.items() if name.startswith("claimed")}
    assert claimed == {
        "claimed_request_id": "id-of-the-caller",
        "claimed_source": "203.0.113.9, 198.51.100.7",
    }


@pytest.mark.parametrize("said", ["1, " * 2000 + "203.0.113.9", "x" * 9000, "sk-1234567890abcdefghijkl"])
async def test_a_claim_of_any_length_is_recorded(jane: Visitor, records: Records, said: str) -> None:
    wanted = {"alias": unique("laptop"), "max_budget": 1.0}
    answer = await jane.call("POST", "/keys/generate", headers={"X-Forwarded-For": said}, json=wanted)
    (record,) = records()
    assert answer.status_code == 200
    assert record["claimed_source"] in {said[-255:], "[hidden]"}
    assert "sk-" not in record["claimed_source"]


async def test_the_life_of_a_key_is_audited(jane: Visitor, records: Records) -> None:
    issued = await jane.issue(unique("laptop"), rpm_limit=10)
    path = f"/keys/{issued['token']}"
    await jane.post(f"{path}/update", rpm_limit=20)
    await jane.post(f"{path}/block")
    await jane.post(f"{path}/unblock")
    await jane.delete(path)
    found = records()
    assert [row["action"] for row in found] == ["created", "updated", "blocked", "unblocked", "deleted"]
    assert {row["outcome"] for row in found} == {"succeeded"}
    assert {row["came_to_be"] for row in found} == {issued["token"]}
    assert {row["table_name"] for row in found} == {"LiteLLM_VerificationToken"}
    change = found[1]
    assert json.loads(change["before_value"])["rpm_limit"] == 10
    assert json.loads(change["updated_values"]) == {"rpm_limit": 20}
    assert issued["key"] not in str(found)
    assert token_of(issued["key"]) not in str(found)


async def test_a_change_refused_by_litellm_is_recorded_as_failed(jane: Visitor, records: Records) -> None:
    alias = unique("laptop")
    await jane.issue(alias)
    await jane.post("/keys/generate", alias=alias, max_budget=1.0)
    assert [row["outcome"] for row in records()] == ["succeeded", "failed"]


async def test_a_change_refused_by_policy_is_not_audited(jane: Visitor, records: Records) -> None:
    await jane.post("/keys/generate", alias="a", max_budget=None)
    await jane.post("/keys/generate", alias="a", max_budget=1.0, team_id="no-such-team")
    await jane.post("/keys/key_unknown/block")
    assert records() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"error_rate": 1, "status": 500},
        {"error_rate": 1, "status": 502, "body": "html"},
        {"error_rate": 1, "body": "ok_with_error"},
    ],
    ids=["it breaks", "a proxy's page", "an error as 200"],
)
async def test_a_change_that_may_have_happened_stays_open(
    jane: Visitor, control: SandboxControl, records: Records, fault: dict[str, Any]
) -> None:
    """The open intent identifies a key that nobody received."""
    with control.fault("/key/generate", **fault):
        await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
    assert [row["outcome"] for row in records()] == [None]


async def test_a_change_without_a_response_stays_open(
    desk_with: OpenDesk, as_person: SignIn, control: SandboxControl, records: Records, tmp_path: Path
) -> None:
    database = {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}
    async with desk_with(database=database, upstream={"timeout_seconds": LATE}) as impatient:
        jane = impatient.welcome(await as_person("jane"))
        with control.fault("/key/generate", outage="hang"):
            await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
    assert [row["outcome"] for row in records()] == [None]


async def test_an_account_that_was_created_but_not_read_back_is_not_recorded_as_failed(
    desk_on_record: Desk, sign_in: SignIn, control: SandboxControl, records: Records
) -> None:
    bob = desk_on_record.welcome(await sign_in("bob"))

    async def asked() -> bool:
        return "POST /user/new" in control.calls()

    control.forget()
    async with anyio.create_task_group() as group:
        with control.fault("/user/new", latency_seconds=LATE):
            group.start_soon(bob.get, "/user/info")
            await eventually(asked, bool)
        with control.fault("/v2/user/info", error_rate=1, status=403):
            await eventually(lambda: recorded(control), bool)
    assert control.http.get("/v2/user/info", params={"user_id": bob.user_id}).status_code == 200
    assert [row["outcome"] for row in records()] != ["failed"]


async def recorded(control: SandboxControl) -> bool:
    """Return whether the account was requested a third time, which is when it is read back."""
    return control.calls().count("GET /v2/user/info") >= 3


async def test_a_change_that_litellm_applied_partly_is_recorded_as_made(
    desk_on_record: Desk, jane: Visitor, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LiteLLM 1.84 responds with 200 and keeps the budget period; it applies the rest of the request."""
    issued = await jane.issue(unique("laptop"), budget_duration="30d")
    keys = desk_on_record.app.state.services.keys.gateway.keys
    update = keys.update

    async def keep_the_period(token_hash: str, changes: KeyChanges) -> Key:
        said = changes.model_fields_set - {"budget_duration"}
        changed: Key = await update(token_hash, KeyChanges(**changes.model_dump(include=said)))
        return changed

    monkeypatch.setattr(keys, "update", keep_the_period)
    answer = await jane.post(f"/keys/{issued['token']}/update", max_budget=7.0, budget_duration=None)
    assert (answer.status_code, answer.json()["param"]) == (502, "budget_duration")
    assert (await jane.key(issued["token"]))["max_budget"] == 7.0
    assert (records()[-1]["action"], records()[-1]["outcome"]) == ("updated", "succeeded")
