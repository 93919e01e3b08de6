"""GET /me answers a virtual key about itself, from memory for a minute. A virtual key works on no other route."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import structlog

from keydesk.app import API, PUBLIC_PATHS, VIRTUAL_KEY_PATHS
from keydesk.auth.session_cookie import SESSION
from tests.api.test_closed_by_default import concrete, operations, pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, SignIn, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import maker_on, token_of, unique

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_open_intents")]

MADE_UP = "sk-this-key-was-made-up"
MEMBERS = {
    "state",
    "spend",
    "max_budget",
    "budget_left",
    "budget_duration",
    "budget_reset_at",
    "expires_at",
    "models",
    "usage",
}


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


def key_of(desk: Desk, secret: str) -> Visitor:
    return desk.stranger(secret)


async def own_key(desk: Desk, secret: str) -> dict[str, Any]:
    shown: dict[str, Any] = await key_of(desk, secret).read("/me")
    return shown


async def test_a_key_learns_its_limits_and_models(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(
        unique("laptop"), max_budget=5.0, budget_duration="30d", duration="7d", models=["gpt-4o-mini"]
    )
    shown = await own_key(desk, issued["key"])
    assert shown.keys() == MEMBERS
    assert (shown["state"], shown["spend"], shown["max_budget"], shown["budget_left"]) == (
        "active", 0.0, 5.0, 5.0,
    )  # fmt: skip
    assert (shown["models"], shown["budget_duration"]) == (["gpt-4o-mini"], "30d")
    assert shown["expires_at"] == (await jane.key(issued["token"]))["expires_at"]
    assert shown["usage"]["usage_by_model"] == {}


async def test_the_answer_names_neither_the_key_nor_its_owner(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    alias, other = unique("laptop"), unique("other")
    issued = await jane.issue(alias)
    await jane.issue(other)
    text = (await key_of(desk, issued["key"]).get("/me")).text
    named = [
        jane.user_id,
        "@example.com",
        alias,
        other,
        issued["token"],
        issued["key"],
        token_of(issued["key"]),
    ]
    assert [name for name in named if name in text] == []


async def test_the_spend_and_the_usage_are_those_of_this_key_only(
    desk: Desk, sign_in: SignIn, gateway: Gateway
) -> None:
    jane = await sign_in("jane")
    laptop, server = await jane.issue(unique("laptop")), await jane.issue(unique("server"))
    assert (await gateway.chat(laptop["key"], model="gpt-4o-mini")).status == 200
    assert (await gateway.chat(server["key"], model="gpt-4o")).status == 200
    shown = await eventually(lambda: own_key(desk, laptop["key"]), lambda key: key["usage"]["usage_by_model"])
    assert list(shown["usage"]["usage_by_model"]) == ["gpt-4o-mini"]
    assert shown["usage"]["usage_by_model"]["gpt-4o-mini"]["api_requests"] == 1
    assert shown["budget_left"] == pytest.approx(5.0 - shown["spend"])


async def test_keys_without_an_owner_or_a_team_get_an_answer_too(desk: Desk, gateway: Gateway) -> None:
    async with maker_on(gateway) as make:
        team = await make.team(models=["gpt-4o"])
        service, nobodys = await make.key(team=team), await make.key()
        shown = await own_key(desk, service.secret)
        assert (shown["models"], shown["state"]) == (["gpt-4o"], "active")
        assert (await own_key(desk, nobodys.secret))["usage"] is None


async def test_a_key_learns_that_its_team_is_blocked(desk: Desk, gateway: Gateway) -> None:
    async with maker_on(gateway) as make:
        team = await make.team()
        key = await make.key(team=team)
        assert (await gateway.post("/team/block", team_id=team.team_id)).status == 200
        assert (await own_key(desk, key.secret))["state"] == "team_blocked"


async def test_a_team_budget_is_never_shown(desk: Desk, gateway: Gateway) -> None:
    async with maker_on(gateway) as make:
        team = await make.team(max_budget=1234.5)
        shown = await own_key(desk, (await make.key(team=team)).secret)
    assert (shown["max_budget"], shown["budget_left"]) == (None, None)
    assert "1234" not in str(shown)


async def test_keys_that_do_not_work_get_a_clear_problem(
    desk: Desk, sign_in: SignIn, gateway: Gateway
) -> None:
    jane = await sign_in("jane")
    blocked, deleted = await jane.issue(unique("laptop")), await jane.issue(unique("laptop"))
    assert (await jane.post(f"/keys/{blocked['token']}/block")).status_code == 200
    assert (await jane.delete(f"/keys/{deleted['token']}")).status_code == 200
    problem = assert_problem(await key_of(desk, blocked["key"]).get("/me"), 403, "policy-refused")
    assert problem["error"] == "This virtual key is blocked."
    gone = assert_problem(await key_of(desk, deleted["key"]).get("/me"), 401, "not-signed-in")
    unknown = assert_problem(await key_of(desk, MADE_UP).get("/me"), 401, "not-signed-in")
    assert {**gone, "request_id": ""} == {**unknown, "request_id": ""}
    async with maker_on(gateway) as make:
        expired = await make.key(duration="0s")
        problem = assert_problem(await key_of(desk, expired.secret).get("/me"), 401, "not-signed-in")
        assert problem["error"] == "This virtual key has expired."


async def test_both_secrets_of_a_rotated_key_show_one_budget(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"), max_budget=5.0)
    rotated = await jane.post(f"/keys/{issued['token']}/rotate", overlap="1h")
    assert rotated.status_code == 200, rotated.text
    before, after = [await own_key(desk, secret) for secret in (issued["key"], rotated.json()["key"])]
    assert (before["max_budget"], after["max_budget"]) == (5.0, 5.0)
    assert before["expires_at"] is not None
    assert after["expires_at"] is None
    assert {**before, "expires_at": None, "usage": None} == {**after, "usage": None}


async def test_the_token_of_a_person_and_the_master_key_are_refused(
    desk: Desk, sign_in: SignIn, sandbox: Upstream, control: SandboxControl
) -> None:
    jane = await sign_in("jane")
    control.forget()
    problem = assert_problem(await jane.get("/me"), 401, "not-signed-in")
    assert "only a virtual key" in problem["error"]
    assert control.calls() == []
    assert_problem(await key_of(desk, sandbox.master_key).get("/me"), 401, "not-signed-in")


async def test_the_cookie_of_a_session_is_no_credential_here(desk: Desk) -> None:
    answer = await desk.http.get(f"{API}/me", headers={"Cookie": f"{SESSION}=anything"})
    assert_problem(answer, 401, "not-signed-in")


async def test_a_virtual_key_works_nowhere_else(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    secret = (await jane.issue(unique("laptop")))["key"]
    await own_key(desk, secret)
    headers = {"Authorization": f"Bearer {secret}"}
    closed = [each for each in await operations(desk) if each[1] not in PUBLIC_PATHS | VIRTUAL_KEY_PATHS]
    assert len(closed) > 15
    for method, path, _ in closed:
        answer = await desk.http.request(method, concrete(path), headers=headers)
        assert_problem(answer, 401, "not-signed-in")
    private = [page.path for page in pages() if (page.openapi_extra or {})["x-keydesk-access"] != "public"]
    for path in private:
        answer = await desk.http.request("GET", concrete(path), headers=headers)
        assert answer.status_code in {401, 303, 405}, path


async def test_an_answer_is_remembered_for_a_minute(
    surroundings: Surroundings, sign_in: SignIn, control: SandboxControl
) -> None:
    clock = Later()
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    async with open_desk(remembering(surroundings), clock) as desk:
        await own_key(desk, secret)
        await key_of(desk, MADE_UP).get("/me")
        control.forget()
        for _ in range(5):
            await own_key(desk, secret)
            await key_of(desk, MADE_UP).get("/me")
        assert control.calls() == []
        clock.by = timedelta(seconds=61)
        await own_key(desk, secret)
        assert control.calls().count("GET /key/info") == 1


async def test_an_expired_key_is_refused_although_its_answer_is_remembered(
    surroundings: Surroundings, sign_in: SignIn
) -> None:
    clock = Later()
    secret = (await (await sign_in("jane")).issue(unique("laptop"), duration="60s"))["key"]
    async with open_desk(remembering(surroundings), clock) as desk:
        clock.by = timedelta(seconds=20)
        await own_key(desk, secret)
        clock.by = timedelta(seconds=65)
        assert_problem(await key_of(desk, secret).get("/me"), 401, "not-signed-in")


async def test_a_block_reaches_every_replica(surroundings: Surroundings, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"))
    settings = remembering(surroundings)
    async with open_desk(settings) as here, open_desk(settings) as there:
        for desk in (here, there):
            await own_key(desk, issued["key"])
        assert (await here.welcome(jane).post(f"/keys/{issued['token']}/block")).status_code == 200
        for desk in (here, there):
            assert_problem(await key_of(desk, issued["key"]).get("/me"), 403, "policy-refused")


async def test_nothing_is_served_from_memory_while_litellm_is_down(
    surroundings: Surroundings, sign_in: SignIn, control: SandboxControl
) -> None:
    """The key may have been blocked in LiteLLM since."""
    clock = Later()
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    async with open_desk(remembering(surroundings), clock) as desk:
        await own_key(desk, secret)
        clock.by = timedelta(seconds=61)
        with control.fault("/key/info", error_rate=1.0):
            assert (await key_of(desk, secret).get("/me")).status_code == 502


async def test_unknown_keys_of_one_address_reach_litellm_only_up_to_the_limit(
    surroundings: Surroundings, sign_in: SignIn, control: SandboxControl
) -> None:
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    clock = Later()
    clock.stop()
    async with open_desk(remembering(surroundings, failed_sign_ins_per_minute=5), clock) as desk:
        await own_key(desk, secret)
        control.forget()
        answers = [await key_of(desk, unique("sk-made-up")).get("/me") for _ in range(20)]
        assert control.calls().count("GET /key/info") == 5
        assert [answer.status_code for answer in answers].count(429) == 15
        assert answers[-1].headers["retry-after"]
        assert (await own_key(desk, secret))["state"] == "active"


async def test_valid_keys_of_one_address_do_not_count_as_unknown(
    surroundings: Surroundings, sign_in: SignIn
) -> None:
    jane = await sign_in("jane")
    secrets = [(await jane.issue(unique("laptop")))["key"] for _ in range(5)]
    async with open_desk(remembering(surroundings, failed_sign_ins_per_minute=2)) as desk:
        for secret in secrets:
            await own_key(desk, secret)


async def test_each_key_has_a_limit(surroundings: Surroundings, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    laptop, server = [(await jane.issue(unique("laptop")))["key"] for _ in range(2)]
    async with open_desk(remembering(surroundings, key_reads_per_minute=3)) as desk:
        for _ in range(3):
            await own_key(desk, laptop)
        assert_problem(await key_of(desk, laptop).get("/me"), 429, "too-many-requests")
        await own_key(desk, server)


async def test_the_secret_is_never_logged(
    desk: Desk, sign_in: SignIn, control: SandboxControl, caplog: pytest.LogCaptureFixture
) -> None:
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        await own_key(desk, secret)
        with control.fault("/key/info", error_rate=1.0):
            await key_of(desk, f"{secret}x").get("/me")
    written = caplog.text + str(logs)
    assert "litellm_call_failed" in written
    assert [text for text in (secret, token_of(secret), token_of(f"{secret}x")) if text in written] == []


def remembering(surroundings: Surroundings, **limits: int) -> Any:
    """Return the configuration of a Keydesk with its usual cache."""
    usual = {"fresh_seconds": 60.0, "outage_seconds": 3600.0}
    return surroundings.settings(limits=limits, cache=usual, usage={"fresh_seconds": 300.0})
