"""OpenCode reads its models from Keydesk. Any error would stop all its commands, so the answer is always 200."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
import structlog

from keydesk.app import API
from keydesk.opencode import central_config
from tests.api.test_own_key import MADE_UP, remembering
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, SignIn, open_desk
from tests.support.desk.later import Later
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import maker_on, token_of, unique

pytestmark = pytest.mark.anyio

CONFIG = f"{API}/opencode/config"
AGAIN = {"sign-in-again": {"name": f"Sign in again: opencode auth login {ADDRESS}"}}


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


async def answer_to(desk: Desk, secret: str | None, **headers: str) -> httpx2.Response:
    sent = headers | ({"Authorization": f"Bearer {secret}"} if secret is not None else {})
    answer = await desk.http.get(CONFIG, headers=sent)
    assert answer.status_code == 200, answer.text
    return answer


async def models_for(desk: Desk, secret: str) -> dict[str, Any]:
    config = (await answer_to(desk, secret)).json()["config"]
    models: dict[str, Any] = config["provider"]["keydesk"]["models"]
    assert config["model"].removeprefix("keydesk/") in models
    return models


async def test_opencode_learns_the_command_and_where_its_models_are(desk: Desk) -> None:
    found = (await desk.http.get("/.well-known/opencode")).json()
    assert found["auth"]["command"] == ["keydesk", "token", "--for", "opencode", "--login", ADDRESS]
    assert found["remote_config"]["url"] == ADDRESS + CONFIG


async def test_the_address_is_the_one_of_the_settings(surroundings: Surroundings) -> None:
    portal = {"base_url": "https://keys.example.com"}
    async with open_desk(surroundings.settings(portal=portal)) as desk:
        found = (await desk.http.get("/.well-known/opencode")).json()
    assert found["auth"]["command"][-1] == "https://keys.example.com"
    assert found["remote_config"]["url"] == f"https://keys.example.com{CONFIG}"


async def test_a_key_gets_its_own_models(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    wide = await jane.issue(unique("laptop"))
    narrow = await jane.issue(unique("laptop"), models=["gpt-4o-mini"])
    assert {"gpt-4o", "gpt-4o-mini"} <= (await models_for(desk, wide["key"])).keys()
    assert (await models_for(desk, narrow["key"])).keys() == {"gpt-4o-mini"}


async def test_the_answer_contains_no_secret_and_no_name(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    alias = unique("laptop")
    issued = await jane.issue(alias)
    text = (await answer_to(desk, issued["key"])).text
    named = [jane.user_id, alias, issued["token"], issued["key"], token_of(issued["key"])]
    assert [name for name in named if name in text] == []


async def test_a_key_that_does_not_work_has_a_model_that_says_what_to_do(
    desk: Desk, sign_in: SignIn, gateway: Gateway
) -> None:
    jane = await sign_in("jane")
    blocked, deleted = await jane.issue(unique("laptop")), await jane.issue(unique("laptop"))
    for issued in (blocked, deleted):
        assert "gpt-4o" in await models_for(desk, issued["key"])
    assert (await jane.post(f"/keys/{blocked['token']}/block")).status_code == 200
    assert (await jane.delete(f"/keys/{deleted['token']}")).status_code == 200
    async with maker_on(gateway) as make:
        expired = (await make.key(duration="0s")).secret
        for secret in (blocked["key"], deleted["key"], expired, MADE_UP):
            assert await models_for(desk, secret) == AGAIN


async def test_other_credentials_and_junk_learn_nothing(
    desk: Desk, sign_in: SignIn, sandbox: Upstream
) -> None:
    jane = await sign_in("jane")
    for secret in (sandbox.master_key, str(jane.token), "x" * 5000):
        assert await models_for(desk, secret) == AGAIN
    for junk in ("Basic abc", "Bearer", "Bearer a b", "", "Bearer " + "x" * 20_000):
        answer = await desk.http.get(CONFIG, headers={"Authorization": junk})
        assert (answer.status_code, answer.json()) == (200, {"config": {}})
    assert (await answer_to(desk, None)).json() == {"config": {}}


async def test_without_litellm_the_last_answer_is_repeated(
    surroundings: Surroundings, sign_in: SignIn, control: SandboxControl
) -> None:
    clock = Later()
    jane = await sign_in("jane")
    known, new = (await jane.issue(unique("laptop")))["key"], (await jane.issue(unique("laptop")))["key"]
    async with open_desk(remembering(surroundings), clock) as desk:
        before = await models_for(desk, known)
        clock.by = timedelta(hours=5)
        with control.fault("/key/info", error_rate=1.0):
            assert await models_for(desk, known) == before
            assert (await models_for(desk, new)).keys() == {"not-available"}


async def test_a_slow_litellm_does_not_keep_opencode_waiting(
    surroundings: Surroundings,
    sign_in: SignIn,
    control: SandboxControl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(central_config, "_PATIENCE_SECONDS", 0.2)
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    async with open_desk(remembering(surroundings)) as desk:
        with control.fault("/key/info", latency_seconds=1.0):
            assert (await models_for(desk, secret)).keys() == {"not-available"}


async def test_limits_do_not_stop_opencode(surroundings: Surroundings, sign_in: SignIn) -> None:
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    limits = {"failed_sign_ins_per_minute": 2, "key_reads_per_minute": 2}
    async with open_desk(remembering(surroundings, **limits)) as desk:
        for _ in range(5):
            assert "gpt-4o" in await models_for(desk, secret)
        shown = [await models_for(desk, unique("sk-made-up")) for _ in range(5)]
        assert [found == AGAIN for found in shown] == [True] * 2 + [False] * 3


async def test_a_busy_keydesk_answers_opencode_first(
    surroundings: Surroundings, sign_in: SignIn, control: SandboxControl
) -> None:
    jane = await sign_in("jane")
    secret = (await jane.issue(unique("laptop")))["key"]
    async with (
        open_desk(remembering(surroundings, concurrent_requests=1)) as desk,
        anyio.create_task_group() as tasks,
    ):
        await models_for(desk, secret)
        with control.fault("/v2/user/info", latency_seconds=1.0):
            tasks.start_soon(desk.welcome(jane).get, "/user/info")
            await anyio.sleep(0.3)
            assert (await desk.welcome(jane).get("/models")).status_code == 503
            assert "gpt-4o" in await models_for(desk, secret)
            assert (await desk.http.get("/.well-known/opencode")).status_code == 200


async def test_the_secret_is_never_logged(
    desk: Desk, sign_in: SignIn, control: SandboxControl, caplog: pytest.LogCaptureFixture
) -> None:
    secret = (await (await sign_in("jane")).issue(unique("laptop")))["key"]
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs, control.fault("/key/info", error_rate=1.0):
        await answer_to(desk, secret)
    written = caplog.text + str(logs)
    assert "opencode_config_from_memory" in written
    assert [text for text in (secret, token_of(secret)) if text in written] == []
