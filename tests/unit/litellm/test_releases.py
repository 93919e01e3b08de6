"""Which release is connected: the dangerous ones are refused or warned of, and what each can do is told."""

from typing import Any

import httpx2
import pytest

from keydesk.litellm import CredentialRefused, Release, ReleaseRefused
from keydesk.litellm.releases import judge
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, GatewayStandIn, answer

pytestmark = pytest.mark.anyio

READY = {"status": "healthy", "db": "connected"}
DESCRIPTION = {
    "info": {"version": "1.109.1"},
    "paths": {"/v2/user/info": {}, "/user/daily/activity/aggregated": {}},
}


@pytest.mark.parametrize("version", ["1.83.14", "1.83.14-stable", "v1.84.0", "1.109.1", "2.0.0rc1"])
def test_current_releases_need_no_warning(version: str) -> None:
    assert judge(version, None).warnings == ()


@pytest.mark.parametrize("version", ["1.83.13", "1.82.6", "1.82.9", "1.9.99", "0.14.0", "v1.80.0-nightly"])
def test_older_releases_are_warned_of(version: str) -> None:
    release = judge(version, None)
    assert not release.compromised
    assert "known security holes" in release.warnings[0]


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8", "v1.82.8", "1.82.7.post1"])
def test_two_releases_are_compromised(version: str) -> None:
    release = judge(version, None)
    assert release.compromised
    assert release.warnings


@pytest.mark.parametrize("version", [None, "", "dev", "nightly-2026"])
def test_an_unknown_release_is_warned_of_but_not_refused(version: str | None) -> None:
    release = judge(version, None)
    assert not release.compromised
    assert "does not tell its version" in release.warnings[0]


def test_what_a_release_can_do_is_told_by_its_routes() -> None:
    capabilities = judge("1.75.0", ["/v2/team/list"]).capabilities
    assert (capabilities.v2_team_list, capabilities.v2_user_info) == (True, False)


def test_without_its_routes_only_a_release_known_to_us_is_sure() -> None:
    assert judge("1.110.0", None).capabilities.aggregated_user_activity is True
    assert judge("1.90.0", None).capabilities.aggregated_user_activity is None


async def release_of(litellm: GatewayStandIn, ready: httpx2.Response, **settings: Any) -> Release:
    litellm.on("GET /health/readiness", ready)
    return await litellm.connect(**settings).release()


async def test_a_newer_release_tells_its_version_in_its_description(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    release = await release_of(litellm, answer(READY))
    assert release.version == "1.109.1"
    assert release.capabilities.v2_user_info is True
    assert release.capabilities.v2_team_list is False
    assert len(litellm.requests) == 2


async def test_the_header_says_it_best(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    ready = answer({**READY, "litellm_version": "1.84.0"}, headers={"x-litellm-version": "1.85.0"})
    assert (await release_of(litellm, ready)).version == "1.85.0"


@pytest.mark.parametrize(
    "closed",
    [answer(NO_SUCH_ROUTE, 404), httpx2.Response(200, html="<h1>Sign in</h1>"), httpx2.Response(403)],
)
async def test_a_gateway_without_a_description_tells_its_version_in_its_details(
    litellm: GatewayStandIn, closed: httpx2.Response
) -> None:
    litellm.on("GET /openapi.json", closed)
    litellm.on("GET /health/readiness/details", answer({**READY, "litellm_version": "1.109.1"}))
    release = await release_of(litellm, answer(READY))
    assert release.version == "1.109.1"
    assert release.capabilities.v2_team_list is True


async def test_a_gateway_that_tells_nothing_is_warned_of(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer({"info": {"version": "0.1.0"}, "paths": {}}))
    litellm.on("GET /health/readiness/details", answer(NO_SUCH_ROUTE, 404))
    release = await release_of(litellm, answer(READY))
    assert release.version is None
    assert release.warnings


async def test_a_compromised_release_is_refused(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(NO_SUCH_ROUTE, 404))
    with pytest.raises(ReleaseRefused, match=r"1\.82\.8"):
        await release_of(litellm, answer({**READY, "litellm_version": "1.82.8"}))


async def test_a_compromised_release_is_accepted_if_the_operator_insists(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(NO_SUCH_ROUTE, 404))
    ready = answer({**READY, "litellm_version": "1.82.8"})
    release = await release_of(litellm, ready, allow_compromised_release=True)
    assert release.compromised
    assert release.warnings


async def test_the_release_is_asked_for_once(litellm: GatewayStandIn) -> None:
    litellm.on("GET /health/readiness", answer(READY))
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    gateway = litellm.connect()
    assert await gateway.release() is await gateway.release()
    assert len(litellm.requests) == 2
    await gateway.release(refresh=True)
    assert len(litellm.requests) == 4


async def test_a_gateway_that_refuses_is_not_judged(litellm: GatewayStandIn) -> None:
    with pytest.raises(CredentialRefused):
        await release_of(litellm, answer({}, 401))
