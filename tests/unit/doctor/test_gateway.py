"""What `keydesk doctor` says about the connected release of LiteLLM."""

import pytest

from keydesk.doctor.finding import Finding, State
from keydesk.doctor.gateway import check_gateway
from keydesk.kit.clock import utc_now
from tests.unit.litellm.gateway import GatewayStandIn, answer

pytestmark = pytest.mark.anyio


async def findings(version: str) -> dict[str, list[Finding]]:
    """Return the findings of each check about a gateway of this version."""
    litellm = GatewayStandIn(version=version)
    litellm.on("GET /openapi.json", answer({}, 404))
    litellm.on("GET /model/info", answer({"data": [{"model_name": "gpt-4o", "model_info": {"id": "1"}}]}))
    litellm.on("GET /user/list", answer({"users": [], "total": 0, "total_pages": 0}))
    found: dict[str, list[Finding]] = {}
    async for each in check_gateway(litellm.connect(), utc_now, "http://litellm.test"):
        found.setdefault(each.check, []).append(each)
    return found


async def test_the_newest_release_is_supported_and_its_differences_are_listed() -> None:
    found = await findings("1.110.2")
    (support,) = found["litellm support"]
    assert "litellm release" not in found
    assert support.state is State.OK
    assert support.detail.startswith("LiteLLM 1.110.2 is supported.")
    for said in ("CVE-2026-136538", "delivery ledger", "docs/reference/litellm-releases.md"):
        assert said in support.detail


async def test_each_advisory_is_a_warning_with_its_id_and_a_fix() -> None:
    found = (await findings("1.84.0"))["litellm release"]
    assert {each.state for each in found} == {State.WARNING}
    assert [each.detail.partition(":")[0] for each in found] == [
        "CVE-2026-49468-hardening",
        "CVE-2026-136535",
        "CVE-2026-136537",
        "CVE-2026-136538",
    ]
    assert all("Upgrade" in (each.remedy or "") or "upgrade" in (each.remedy or "") for each in found)


async def test_a_release_newer_than_the_tested_ones_is_reported() -> None:
    (support,) = (await findings("1.112.0"))["litellm support"]
    assert "newer than 1.110.2" in support.detail


@pytest.mark.parametrize("version", ["1.83.14", "1.82.8"])
async def test_a_rejected_release_is_a_failure(version: str) -> None:
    (release,) = (await findings(version))["litellm release"]
    assert release.state is State.FAILED
    assert version in release.detail
