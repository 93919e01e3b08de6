"""`/vector_store/list`, which Keydesk reads. The tests use the other routes only to register a store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@pytest.fixture
async def handbook(gateway: Gateway) -> AsyncIterator[str]:
    """The id of a registered vector store."""
    store_id = unique("handbook")
    answer = await gateway.post(
        "/vector_store/new",
        vector_store_id=store_id,
        custom_llm_provider="openai",
        vector_store_name="Handbook",
        vector_store_description="How we work",
    )
    assert answer.status == 200, answer
    yield store_id
    await gateway.post("/vector_store/delete", vector_store_id=store_id)


async def listed(gateway: Gateway) -> list[dict[str, Any]]:
    answer = await gateway.get("/vector_store/list", page_size=1000)
    assert (answer.status, answer.body["object"]) == (200, "list")
    stores: list[dict[str, Any]] = answer.body["data"]
    return stores


async def test_a_store_is_listed_by_id_and_name(gateway: Gateway, handbook: str) -> None:
    (found,) = (store for store in await listed(gateway) if store["vector_store_id"] == handbook)
    assert found["vector_store_name"] == "Handbook"
    assert found["vector_store_description"] == "How we work"
    assert found["custom_llm_provider"] == "openai"


async def test_every_page_has_every_store(gateway: Gateway, handbook: str) -> None:
    """A client that reads page after page gets every store once per page."""
    for page in (1, 2):
        answer = await gateway.get("/vector_store/list", page=page, page_size=1)
        body = answer.body
        assert handbook in {store["vector_store_id"] for store in body["data"]}
        assert body["current_page"] == page
        assert len(body["data"]) == body["total_count"] == body["total_pages"]


@pytest.mark.since("1.108.14")
async def test_an_id_must_be_unique(gateway: Gateway, handbook: str) -> None:
    answer = await gateway.post("/vector_store/new", vector_store_id=handbook, custom_llm_provider="openai")
    assert (answer.status, answer.detail) == (400, f"Vector store with ID {handbook} already exists")


async def test_a_store_is_read_by_id(gateway: Gateway, handbook: str) -> None:
    answer = await gateway.post("/vector_store/info", vector_store_id=handbook)
    assert answer.body["vector_store"]["vector_store_name"] == "Handbook"


async def test_an_unknown_store_is_404(gateway: Gateway) -> None:
    nothing = unique("nothing")
    answer = await gateway.post("/vector_store/info", vector_store_id=nothing)
    assert (answer.status, answer.detail) == (404, f"Vector store with ID {nothing} not found")


async def test_a_deleted_store_is_not_listed(gateway: Gateway, handbook: str) -> None:
    answer = await gateway.post("/vector_store/delete", vector_store_id=handbook)
    assert (answer.status, answer.body["status"]) == (200, "success")
    assert handbook not in {store["vector_store_id"] for store in await listed(gateway)}
    assert (await gateway.post("/vector_store/delete", vector_store_id=handbook)).status == 404
