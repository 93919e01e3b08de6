"""`client.keys.list`: complete lists only."""

import pytest

from keydesk.litellm import LiteLLM, TooManyPages
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.shelf import Shelf, make_shelf

pytestmark = pytest.mark.anyio

MORE_THAN_A_PAGE = 103


@pytest.fixture(scope="module")
async def shelf(make_for_module: Maker) -> Shelf:
    return await make_shelf(make_for_module, MORE_THAN_A_PAGE)


async def test_every_key_is_listed_once_newest_first(client: LiteLLM, shelf: Shelf) -> None:
    found = await client.keys.list(user_id=shelf.owner.user_id)
    assert [key.token_hash for key in found] == [key.token for key in reversed(shelf.keys)]


async def test_a_list_over_the_maximum_is_an_error(upstream: Upstream, shelf: Shelf) -> None:
    async with connect(upstream, max_pages=1) as client:
        with pytest.raises(TooManyPages) as refusal:
            await client.keys.list(user_id=shelf.owner.user_id)
    assert (refusal.value.route, refusal.value.max_pages) == ("/key/list", 1)


async def test_a_listed_key_equals_the_key(client: LiteLLM, shelf: Shelf) -> None:
    (listed,) = await client.keys.list(token_hash=shelf.keys[7].token)
    assert listed == await client.keys.get(shelf.keys[7].token)


async def test_keys_are_found_by_team_and_by_alias(client: LiteLLM, shelf: Shelf) -> None:
    of_team = await client.keys.list(team_id=shelf.team.team_id)
    assert {key.token_hash for key in of_team} == {key.token for key in shelf.keys[:2]}
    by_alias = await client.keys.list(alias=shelf.keys[5].alias)
    assert [key.token_hash for key in by_alias] == [shelf.keys[5].token]


async def test_an_unknown_person_has_no_keys(client: LiteLLM) -> None:
    assert await client.keys.list(user_id=unique("nobody")) == []
