"""GET /health, /health/live, /health/ready and /config."""

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio
NO_RULES = {
    "longest": None,
    "default": None,
    "allowUnlimited": True,
    "extendExpired": True,
    "rotateEvery": None,
    "blockIdleAfter": None,
    "grace": "14d",
}


async def test_health_reports_that_keydesk_runs_and_whether_it_provisions(
    desk: Desk, desk_with: OpenDesk
) -> None:
    assert await desk.stranger().read("/health") == {"status": "ok", "provisioning": True}
    async with desk_with(litellm={"provisioning": {"enabled": False}}) as strict:
        assert await strict.stranger().read("/health") == {"status": "ok", "provisioning": False}


async def test_the_liveness_check_succeeds(desk: Desk) -> None:
    assert await desk.stranger().read("/health/live") == {"status": "ok"}


async def test_keydesk_is_ready_if_database_and_litellm_are(desk: Desk) -> None:
    ready = await desk.stranger().read("/health/ready")
    assert ready["status"] == "ok"
    assert (ready["database"]["state"], ready["litellm"]["state"]) == ("ok", "ok")


async def test_without_litellm_keydesk_is_ready_but_degraded(desk_with: OpenDesk) -> None:
    async with desk_with(litellm={"base_url": "http://127.0.0.1:1"}) as alone:
        ready = await alone.stranger().read("/health/ready")
    assert (ready["status"], ready["database"]["state"]) == ("degraded", "ok")
    assert ready["litellm"] == {"state": "unavailable", "version": None}


async def test_the_config_contains_the_url_and_the_rules(sign_in: SignIn, upstream: Upstream) -> None:
    jane = await sign_in("jane")
    config = await jane.read("/config")
    assert config == {
        "baseUrl": upstream.url,
        "keyGeneration": {"allowUnlimitedBudget": False, "teamRequired": False},
        "keyLifetimes": {"personalKeys": NO_RULES, "teamKeys": NO_RULES},
        "opencode": {"enabled": False, "setupCommand": None},
        "teamManagement": {
            "enabled": False,
            "maxBudgetCeiling": 1000.0,
            "allowUnlimitedBudget": False,
            "objectPermissionsEnabled": False,
        },
        "display": {"hideTeamBudgetForMembers": False, "hideTeamBudgetForManagers": False},
    }


async def test_the_config_contains_the_public_url(sign_in: SignIn, desk_with: OpenDesk) -> None:
    async with desk_with(litellm={"public_base_url": "https://llm.example.com/"}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        assert (await jane.read("/config"))["baseUrl"] == "https://llm.example.com"
