"""Tokens of the certified provider at Keydesk and at the provider: reuse, other clients, other uses, and outages."""

from dataclasses import replace

import pytest

from keydesk.client.errors import ClientError, NotSignedIn, Unavailable
from keydesk.client.oauth import OAuthRefused
from keydesk.client.way_in import SignedIn
from tests.api.provider_sign_in.conftest import Laptop, expired, tokens_sent
from tests.support.peers.openid import OpenIdProvider

pytestmark = pytest.mark.anyio


async def test_a_refresh_token_that_is_used_twice_ends_the_sign_in(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    session = laptop.session(SignedIn(expired(found.tokens), found.provider))
    renewed = await session.tokens()
    fields = {"grant_type": "refresh_token", "refresh_token": found.tokens.refresh}
    assert (await laptop.sends("token", **fields))[1]["error"] == "invalid_grant"
    with pytest.raises(NotSignedIn, match=r"Your sign-in has ended. Run: keydesk login http://localhost"):
        await laptop.session(SignedIn(expired(renewed), found.provider)).tokens()


async def test_another_client_cannot_refresh(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    fields = {"grant_type": "refresh_token", "refresh_token": found.tokens.refresh, "client_id": "other-cli"}
    assert (await laptop.sends("token", **fields))[1]["error"] == "invalid_grant"


async def test_tokens_of_another_client_are_refused_by_keydesk(laptop: Laptop) -> None:
    tokens = await (await laptop.sign_in(client_id="other-cli")).with_code()
    client = replace(await laptop.client(), client_id="other-cli")
    with pytest.raises(NotSignedIn, match="does not accept your sign-in at"):
        await laptop.session(SignedIn(tokens, client)).get("/config")


async def test_an_id_token_is_no_access_token(laptop: Laptop) -> None:
    tokens = await (await laptop.sign_in(token="id_token")).with_code()
    with pytest.raises(NotSignedIn):
        await laptop.session(SignedIn(replace(tokens, refresh=""), await laptop.client())).get("/config")


async def test_a_refresh_token_is_no_access_token(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    tokens = replace(found.tokens, access=found.tokens.refresh)
    session = laptop.session(SignedIn(replace(tokens, refresh=""), found.provider))
    with pytest.raises(NotSignedIn):
        await session.get("/config")


async def test_signing_out_revokes_the_tokens_at_the_provider(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    await laptop.session(found).revoke()
    assert tokens_sent(laptop.network)[-1] == "/token/revocation"
    assert laptop.home.profiles() == {}
    with pytest.raises(NotSignedIn):
        await laptop.session(SignedIn(expired(found.tokens), found.provider)).tokens()


async def test_a_person_who_left_gets_no_new_tokens(laptop: Laptop, certified: OpenIdProvider) -> None:
    laptop.browser.subject = "sub-noor"
    found = await laptop.signed_in()
    certified.remove("sub-noor")
    with pytest.raises(NotSignedIn):
        await laptop.session(SignedIn(expired(found.tokens), found.provider)).tokens()


async def test_two_processes_refresh_once(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    old = expired(found.tokens)
    first = laptop.session(SignedIn(old, found.provider))
    renewed = await first.tokens()
    sent = len(tokens_sent(laptop.network))
    assert await first._refreshed(old) == renewed
    assert len(tokens_sent(laptop.network)) == sent


async def test_a_provider_that_is_away_is_named_and_keeps_the_sign_in(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    away = replace(await laptop.client(), issuer="http://127.0.0.1:9")
    session = laptop.session(SignedIn(expired(found.tokens), away))
    with pytest.raises(Unavailable, match=r"^http://127\.0\.0\.1:9 cannot be reached\.$"):
        await session.tokens()
    renewed = await laptop.session(SignedIn(expired(found.tokens), found.provider)).tokens()
    assert renewed.refresh != found.tokens.refresh


async def test_a_provider_that_moved_gets_no_token(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    moved = replace(await laptop.client(), issuer=f"{laptop.browser.issuer}/")
    sent = tokens_sent(laptop.network)
    with pytest.raises(ClientError, match="calls itself"):
        await laptop.session(SignedIn(expired(found.tokens), moved)).tokens()
    assert tokens_sent(laptop.network) == sent


async def test_a_refusal_of_the_provider_is_reported(laptop: Laptop) -> None:
    found = await laptop.signed_in()
    unknown = replace(await laptop.client(), client_id="unknown-cli")
    with pytest.raises(OAuthRefused, match=f"^{laptop.browser.issuer} refused: "):
        await laptop.session(SignedIn(expired(found.tokens), unknown)).tokens()
