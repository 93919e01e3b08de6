"""All pages of a list are read, without duplicates or missing items."""

import httpx2
import pytest

from keydesk.litellm import TooManyPages, UnexpectedAnswer
from tests.unit.litellm.gateway import GatewayStandIn, answer

pytestmark = pytest.mark.anyio


def page(*names: str, of: int, total: int) -> httpx2.Response:
    keys = [{"token": name, "key_alias": name} for name in names]
    return answer({"keys": keys, "total_count": total, "current_page": 1, "total_pages": of})


async def test_every_page_is_read_in_order(litellm: GatewayStandIn) -> None:
    litellm.on(
        "GET /key/list",
        page("a", "b", of=3, total=5),
        page("c", "d", of=3, total=5),
        page("e", of=3, total=5),
    )
    assert [key.key_alias for key in await litellm.connect().keys.list()] == ["a", "b", "c", "d", "e"]
    assert [request.url.params["page"] for request in litellm.requests] == ["1", "2", "3"]


async def test_an_empty_list_has_no_pages(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/list", page(of=0, total=0))
    assert await litellm.connect().keys.list() == []
    assert len(litellm.requests) == 1


async def test_a_list_over_the_maximum_is_an_error(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/list", page("a", of=3, total=3))
    with pytest.raises(TooManyPages) as raised:
        await litellm.connect(max_pages=2).keys.list()
    assert (raised.value.route, raised.value.max_pages) == ("/key/list", 2)
    assert len(litellm.requests) == 1


async def test_a_list_that_grows_over_the_maximum_is_an_error(
    litellm: GatewayStandIn,
) -> None:
    litellm.on("GET /key/list", page("a", of=2, total=2), page("b", of=3, total=3))
    with pytest.raises(TooManyPages):
        await litellm.connect(max_pages=2).keys.list()


async def test_a_key_created_during_the_read_causes_no_duplicate(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/list", page("b", "a", of=2, total=3), page("a", "z", of=2, total=3))
    assert [key.key_alias for key in await litellm.connect().keys.list()] == ["b", "a", "z"]


async def test_a_key_deleted_during_the_read_hides_no_other_key(litellm: GatewayStandIn) -> None:
    moved = [page("a", "b", of=2, total=4), page("d", of=2, total=3)]
    again = [page("b", "c", of=2, total=3), page("d", of=2, total=3)]
    litellm.on("GET /key/list", *moved, *again)
    assert [key.key_alias for key in await litellm.connect().keys.list()] == ["b", "c", "d"]


async def test_a_wrong_count_causes_one_more_read(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/list", page("a", of=2, total=3), page("b", of=2, total=3), page("a", of=1, total=1))
    assert [key.key_alias for key in await litellm.connect().keys.list()] == ["a"]
    assert len(litellm.requests) == 3


@pytest.mark.parametrize("body", [{"keys": []}, {"total_pages": 1}, {"keys": {}, "total_pages": 1}, []])
async def test_a_page_without_its_number_is_refused(litellm: GatewayStandIn, body: object) -> None:
    litellm.on("GET /key/list", answer(body))
    with pytest.raises(UnexpectedAnswer):
        await litellm.connect().keys.list()
