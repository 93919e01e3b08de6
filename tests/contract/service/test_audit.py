"""GET /audit: all changes through Keydesk, for the audit group only."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import Maker, token_of, unique

pytestmark = pytest.mark.anyio
AUDITED = {"litellm": {"audit": {"group": PLATFORM_TEAM}}}


@pytest.fixture
async def audited_desk(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    """A Keydesk whose audit group has olga."""
    async with desk_with(**AUDITED) as desk:
        yield desk


@pytest.fixture
async def olga(audited_desk: Desk, as_person: SignIn) -> Visitor:
    return audited_desk.welcome(await as_person("olga"))


@pytest.fixture
async def jane(audited_desk: Desk, as_person: SignIn) -> Visitor:
    return audited_desk.welcome(await as_person("jane"))


async def done_by(olga: Visitor, scene: Scene, name: str, **query: Any) -> list[dict[str, Any]]:
    page = await olga.read("/audit", changed_by=scene.ref(name), **query)
    logs: list[dict[str, Any]] = page["audit_logs"]
    return logs


async def test_every_change_of_a_key_is_logged_with_its_actor_and_outcome(
    olga: Visitor, jane: Visitor, scene: Scene
) -> None:
    alias = unique("laptop")
    key_id = (await jane.issue(alias, rpm_limit=5))["token"]
    updated = await jane.post(f"/keys/{key_id}/update", rpm_limit=9)
    await jane.post(f"/keys/{key_id}/block")
    await jane.delete(f"/keys/{key_id}")
    logs = await done_by(olga, scene, "jane", table_name="LiteLLM_VerificationToken")
    assert [log["action"] for log in logs] == ["deleted", "blocked", "updated", "created"]
    assert {log["object_id"] for log in logs} == {key_id}
    assert {log["outcome"] for log in logs} == {"succeeded"}
    update, created = logs[2], logs[3]
    assert (update["before_value"]["rpm_limit"], update["updated_values"]) == (5, {"rpm_limit": 9})
    assert update["request_id"] == updated.headers["x-request-id"]
    assert (created["updated_values"]["alias"], created["changed_by"]) == (alias, scene.ref("jane"))


async def test_a_change_of_models_contains_the_stored_value(
    olga: Visitor, audited_desk: Desk, make: Maker, scene: Scene
) -> None:
    """An update without models sends an empty list, which in LiteLLM means every model of the team."""
    narrow = await make.person(user_id=scene.user_id("jane"), models=["gpt-4o"])
    team = await make.team(narrow)
    jane = await audited_desk.sign_in(narrow.user_id)
    key_id = (await jane.issue(unique("laptop"), team_id=team.team_id))["token"]
    assert (await jane.post(f"/keys/{key_id}/update", models=[])).json()["models"] == ["gpt-4o"]
    update, _ = await done_by(olga, scene, "jane", table_name="LiteLLM_VerificationToken")
    assert update["updated_values"] == {"models": ["gpt-4o"]}


async def test_the_log_contains_no_secret_and_no_key_hash(olga: Visitor, jane: Visitor, desk: Desk) -> None:
    issued = await jane.issue(unique("laptop"), metadata={"note": "sk-" + "pasted0123456789abcdef"})
    text = (await olga.get("/audit", page_size=100)).text
    assert issued["token"] in text
    master_key = desk.settings.litellm.master_key.get_secret_value()
    for secret in (issued["key"], token_of(issued["key"]), master_key, jane.token, "pasted0123456789"):
        assert str(secret) not in text


async def test_an_account_and_the_first_sign_in_are_logged_once(
    olga: Visitor, jane: Visitor, scene: Scene
) -> None:
    for _ in range(5):
        await jane.read("/keys")
    logs = await done_by(olga, scene, "jane")
    accounts = [log for log in logs if log["table_name"] == "LiteLLM_UserTable"]
    assert [(log["action"], log["object_id"]) for log in accounts] == [("created", jane.user_id)]
    assert accounts[0]["updated_values"]["max_budget"] == 25.0
    # One for each of the two Keydesks that jane visited.
    assert [log["action"] for log in logs].count("signed_in") == 2


async def test_a_missing_permission_is_logged_once_for_many_attempts(
    olga: Visitor, jane: Visitor, scene: Scene
) -> None:
    key_id = (await jane.issue(unique("laptop")))["token"]
    for _ in range(3):
        assert_problem(await jane.post(f"/keys/{key_id}/reset_spend"), 403, "permission-missing")
    refusals = await done_by(olga, scene, "jane", action="refused")
    assert [(log["object_id"], log["outcome"]) for log in refusals] == [("litellm.key.reset_spend", "failed")]


async def test_a_refused_change_is_logged_as_failed(olga: Visitor, jane: Visitor, scene: Scene) -> None:
    alias = unique("laptop")
    await jane.issue(alias)
    await jane.post("/keys/generate", alias=alias, max_budget=1.0)
    logs = await done_by(olga, scene, "jane", action="created", table_name="LiteLLM_VerificationToken")
    assert [(log["outcome"], log["reason"]) for log in logs] == [("failed", "Conflict"), ("succeeded", None)]


async def test_all_pages_together_have_every_change_once(olga: Visitor, jane: Visitor, scene: Scene) -> None:
    for number in range(5):
        await jane.issue(unique(f"key-{number}"))
    asked = {"changed_by": scene.ref("jane"), "action": "created", "page_size": 2}
    pages = [await olga.read("/audit", page=page, **asked) for page in (1, 2, 3, 4)]
    assert [len(page["audit_logs"]) for page in pages] == [2, 2, 2, 0]
    assert {(page["total"], page["total_pages"], page["page_size"]) for page in pages} == {(6, 3, 2)}
    ids = [log["id"] for page in pages for log in page["audit_logs"]]
    assert len(set(ids)) == 6
    times = [log["updated_at"] for page in pages for log in page["audit_logs"]]
    assert times == sorted(times, reverse=True)


async def test_the_whole_log_is_counted_without_a_filter(olga: Visitor, jane: Visitor) -> None:
    await jane.issue(unique("laptop"))
    await olga.read("/audit")
    before = (await olga.read("/audit"))["total"]
    await jane.issue(unique("desktop"))
    after = await olga.read("/audit", page_size=1)
    assert after["total"] == before + 1 == after["total_pages"]


async def test_both_dates_are_inclusive(olga: Visitor, jane: Visitor, scene: Scene) -> None:
    await jane.issue(unique("laptop"))
    today = datetime.now(UTC).date()
    yesterday, tomorrow = str(today - timedelta(days=1)), str(today + timedelta(days=1))
    assert await done_by(olga, scene, "jane", start_date=yesterday, end_date=tomorrow)
    assert await done_by(olga, scene, "jane", start_date=tomorrow) == []
    assert await done_by(olga, scene, "jane", end_date="2020-01-01") == []


async def test_a_person_is_also_found_by_the_name_alone(olga: Visitor, jane: Visitor) -> None:
    page = await olga.read("/audit", changed_by=jane.user_id)
    assert page["total"] > 0


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"page": 0}, "page"),
        ({"page_size": 101}, "page_size"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"end_date": "2026-02-30"}, "end_date"),
        ({"start_date": "2026-02-02", "end_date": "2026-02-01"}, "start_date"),
        ({"start_date": "2024-01-01", "end_date": "2026-01-01"}, "start_date"),
    ],
)
async def test_an_invalid_query_is_refused(olga: Visitor, query: dict[str, Any], param: str) -> None:
    assert_problem(await olga.get("/audit", **query), 422, "invalid-request", param)


async def test_only_the_audit_group_reads_it(olga: Visitor, jane: Visitor) -> None:
    assert_problem(await jane.get("/audit"), 403, "permission-missing")
    assert (await jane.read("/user/info"))["can_view_audit"] is False
    assert (await olga.read("/user/info"))["can_view_audit"] is True


async def test_the_permission_alone_is_not_sufficient(desk_with: OpenDesk, as_person: SignIn) -> None:
    rules = {"litellm": {"audit": {"group": "group:default/auditors"}}}
    async with desk_with(**rules, grants={"litellm.audit.read": [PLATFORM_TEAM]}) as desk:
        olga = desk.welcome(await as_person("olga"))
        assert_problem(await olga.get("/audit"), 403, "policy-refused")


async def test_without_an_audit_group_nobody_reads_it(as_person: SignIn) -> None:
    assert_problem(await (await as_person("olga")).get("/audit"), 403, "permission-missing")


async def test_a_configuration_change_is_logged_and_a_restart_is_not(
    surroundings: Surroundings, olga: Visitor, desk_with: OpenDesk
) -> None:
    changed = {"litellm": {"key_generation": {"allow_unlimited_budget": True}} | AUDITED["litellm"]}
    before = await olga.read("/audit", action="configured")
    for _ in range(2):
        async with desk_with(**changed):
            pass
    page = await olga.read("/audit", action="configured")
    assert page["total"] == before["total"] + 1
    # Other tests, whose clocks are ahead, can have the newest entries.
    (log,) = [each for each in page["audit_logs"] if each not in before["audit_logs"]]
    assert log["updated_values"] == {"litellm.keyGeneration.allowUnlimitedBudget": True}
    assert log["before_value"] == {"litellm.keyGeneration.allowUnlimitedBudget": False}
    assert surroundings.settings().secret.get_secret_value() not in str(page)  # type: ignore[union-attr] # it is set
