"""Liveness, readiness and the reported release of a gateway."""

import pytest

from tests.support.upstream.gateway import NO_CREDENTIAL, Gateway

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/health/liveliness", "/health/liveness"])
async def test_liveness_needs_no_credential(gateway: Gateway, path: str) -> None:
    answer = await gateway.get(path, credential=NO_CREDENTIAL)
    assert (answer.status, answer.body) == (200, "I'm alive!")


async def test_readiness_needs_no_credential(gateway: Gateway) -> None:
    answer = await gateway.get("/health/readiness", credential=NO_CREDENTIAL)
    assert (answer.status, answer.body) == (200, {"status": "healthy", "db": "connected"})


async def test_the_master_key_gets_the_release(gateway: Gateway) -> None:
    answer = await gateway.get("/health/readiness/details")
    assert (answer.status, answer.body["status"], answer.body["db"]) == (200, "healthy", "connected")
    assert [part.isdigit() for part in answer.body["litellm_version"].split(".")[:2]] == [True, True]


@pytest.mark.parametrize("credential", [NO_CREDENTIAL, "sk-wrong"])
async def test_others_do_not_get_the_release(gateway: Gateway, credential: str) -> None:
    answer = await gateway.get("/health/readiness/details", credential=credential)
    assert answer.status == 401
    assert "litellm_version" not in str(answer.body)


async def test_the_openapi_document_has_the_same_release(gateway: Gateway) -> None:
    answer = await gateway.get("/openapi.json", credential=NO_CREDENTIAL)
    assert answer.body["info"]["version"] == gateway.upstream.version
