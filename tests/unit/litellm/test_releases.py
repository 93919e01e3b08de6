"""Compromised releases are rejected, vulnerable ones cause warnings, and capabilities are detected."""

from typing import Any

import httpx2
import pytest

from keydesk.litellm import CredentialRefused, Release, ReleaseRefused
from keydesk.litellm.releases import has_ordered_pages, judge
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, GatewayStandIn, answer

pytestmark = pytest.mark.anyio

READY = {"status": "healthy", "db": "connected"}
DESCRIPTION = {
    "info": {"version": "1.109.1"},
    "paths": {"/v2/user/info": {}, "/user/daily/activity/aggregated": {}},
}


def ids(version: str) -> list[str | None]:
    """Return the ids of the advisories for a version."""
    return [each.id for each in judge(version, None).warnings]


OPEN = ["CVE-2026-136535", "CVE-2026-136537", "CVE-2026-136538"]
"""These have no known fixed release; they were seen in 1.88.0, 1.92.0 and 1.95.0."""


@pytest.mark.parametrize(
    "version", ["1.95.1", "1.108.14", "v1.109.1", "1.110.2", "1.110.2.post1", "2.0.0rc1"]
)
def test_releases_with_all_fixes_have_no_warning(version: str) -> None:
    release = judge(version, None)
    assert (release.warnings, release.refusal) == ((), None)


def test_an_advisory_without_a_known_fix_applies_to_the_newest_release() -> None:
    (note,) = [note for note in judge("1.109.1", None).notes if "No fixed release" in note]
    assert all(name in note for name in OPEN)
    assert "Keep LiteLLM on the latest release" in note


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.84.0", ["CVE-2026-49468-hardening", *OPEN]),
        ("1.84.3", OPEN),
        ("1.85.1", ["CVE-2026-49468-hardening", *OPEN]),
        ("1.85.2", OPEN),
        ("1.86.1", ["CVE-2026-49468-hardening", *OPEN]),
        ("1.86.2", OPEN),
        ("1.88.0", OPEN),
        ("1.88.1", OPEN[1:]),
        ("1.92.1", OPEN[2:]),
        ("1.95.0", OPEN[2:]),
        ("1.83.14", ["CVE-2026-49468", "PYSEC-2026-4067", *OPEN]),
        ("1.83.8", ["CVE-2026-49468", "PYSEC-2026-4070", "PYSEC-2026-4067", *OPEN]),
    ],
)
def test_each_release_has_the_warnings_that_affect_it(version: str, expected: list[str]) -> None:
    assert ids(version) == expected


def test_each_warning_has_a_fix() -> None:
    remedies = {each.id: each.remedy for each in judge("1.84.0", None).warnings}
    assert remedies["CVE-2026-49468-hardening"].startswith("Upgrade LiteLLM to 1.84.3 or later.")
    for name in OPEN:
        assert remedies[name].startswith(
            "The advisory names no fixed release. Upgrade LiteLLM to the latest release."
        )
        assert name in remedies[name]


@pytest.mark.parametrize(
    "version", ["1.83.14", "1.83.14-stable", "1.82.6", "1.9.99", "0.14.0", "v1.80.0-nightly"]
)
def test_releases_before_the_oldest_supported_are_rejected(version: str) -> None:
    refusal = judge(version, None).refusal
    assert refusal == f"LiteLLM {version} is older than 1.84.0, the oldest release that Keydesk supports"


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8", "v1.82.8", "1.82.7.post1"])
def test_two_releases_are_compromised(version: str) -> None:
    release = judge(version, None)
    assert release.compromised
    assert "malware" in (release.refusal or "")


@pytest.mark.parametrize("version", ["1.82.6", "1.82.9"])
def test_their_neighbours_are_not_compromised(version: str) -> None:
    assert not judge(version, None).compromised


@pytest.mark.parametrize("version", [None, "", "dev", "nightly-2026"])
def test_an_unknown_release_causes_a_warning(version: str | None) -> None:
    release = judge(version, None)
    assert (release.compromised, release.refusal) == (False, None)
    assert "does not report its version" in release.warnings[0].text


@pytest.mark.parametrize(
    ("version", "ordered"), [("1.84.0", False), ("1.88.6", False), ("1.92.2", True), (None, False)]
)
def test_pages_are_summed_only_if_their_order_is_known(version: str | None, ordered: bool) -> None:
    assert has_ordered_pages(version) is ordered


def test_capabilities_are_detected_by_routes() -> None:
    capabilities = judge("1.75.0", ["/v2/team/list"]).capabilities
    assert (capabilities.v2_team_list, capabilities.v2_user_info) == (True, False)


def test_capabilities_without_routes_need_a_known_release() -> None:
    assert judge("1.110.0", None).capabilities.aggregated_user_activity is True
    assert judge("1.90.0", None).capabilities.aggregated_user_activity is None


async def release_of(litellm: GatewayStandIn, ready: httpx2.Response, **settings: Any) -> Release:
    litellm.on("GET /health/readiness", ready)
    return await litellm.connect(**settings).release()


async def test_a_newer_release_reports_its_version_in_its_openapi_document(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    release = await release_of(litellm, answer(READY))
    assert release.version == "1.109.1"
    assert release.capabilities.v2_user_info is True
    assert release.capabilities.v2_team_list is False
    assert len(litellm.requests) == 2


async def test_the_version_header_has_priority(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    ready = answer({**READY, "litellm_version": "1.84.0"}, headers={"x-litellm-version": "1.85.0"})
    assert (await release_of(litellm, ready)).version == "1.85.0"


@pytest.mark.parametrize(
    "closed",
    [answer(NO_SUCH_ROUTE, 404), httpx2.Response(200, html="<h1>Sign in</h1>"), httpx2.Response(403)],
)
async def test_a_gateway_without_an_openapi_document_reports_its_version_in_its_details(
    litellm: GatewayStandIn, closed: httpx2.Response
) -> None:
    litellm.on("GET /openapi.json", closed)
    litellm.on("GET /health/readiness/details", answer({**READY, "litellm_version": "1.109.1"}))
    release = await release_of(litellm, answer(READY))
    assert release.version == "1.109.1"
    assert release.capabilities.v2_team_list is True


async def test_a_gateway_without_a_version_causes_a_warning(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer({"info": {"version": "0.1.0"}, "paths": {}}))
    litellm.on("GET /health/readiness/details", answer(NO_SUCH_ROUTE, 404))
    release = await release_of(litellm, answer(READY))
    assert release.version is None
    assert release.warnings


async def test_a_compromised_release_is_rejected(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(NO_SUCH_ROUTE, 404))
    with pytest.raises(ReleaseRefused, match=r"1\.82\.8"):
        await release_of(litellm, answer({**READY, "litellm_version": "1.82.8"}))


async def test_a_compromised_release_is_accepted_if_configured(litellm: GatewayStandIn) -> None:
    litellm.on("GET /openapi.json", answer(NO_SUCH_ROUTE, 404))
    ready = answer({**READY, "litellm_version": "1.82.8"})
    release = await release_of(litellm, ready, allow_compromised_release=True)
    assert release.compromised
    assert release.warnings


async def test_the_release_is_requested_once(litellm: GatewayStandIn) -> None:
    litellm.on("GET /health/readiness", answer(READY))
    litellm.on("GET /openapi.json", answer(DESCRIPTION))
    gateway = litellm.connect()
    assert await gateway.release() is await gateway.release()
    assert len(litellm.requests) == 2
    await gateway.release(refresh=True)
    assert len(litellm.requests) == 4


async def test_a_gateway_that_refuses_the_request_is_not_rejected(litellm: GatewayStandIn) -> None:
    with pytest.raises(CredentialRefused):
        await release_of(litellm, answer({}, 401))
