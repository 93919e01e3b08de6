"""The command line signs in at the certified provider, refreshes its tokens there and revokes them there."""

import pytest

from keydesk.client.way_in import SignedIn
from tests.api.provider_sign_in.conftest import Laptop, expired

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("way", ["browser", "code"])
async def test_the_tokens_of_the_provider_are_accepted(laptop: Laptop, way: str) -> None:
    sign_in = await laptop.sign_in()
    tokens = await (sign_in.with_code() if way == "code" else laptop.signs_in_browser(sign_in))
    assert (tokens.person, tokens.subject) == ("nia", "sub-nia")
    session = laptop.session(SignedIn(tokens, await laptop.client()))
    assert (await session.get("/user/info"))["user_id"] == "nia"


async def test_a_refresh_rotates_the_tokens_at_the_provider(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    session = laptop.session(SignedIn(expired(found.tokens), found.provider))
    renewed = await session.tokens()
    assert renewed.refresh != found.tokens.refresh
    assert await session.tokens() == renewed
    assert await session.get("/config")
