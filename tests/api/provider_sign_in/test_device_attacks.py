"""Attacks on a sign-in with a code, at the certified provider."""

import asyncio

import httpx2
import pytest

from keydesk.client.errors import ClientError
from tests.api.provider_sign_in.browser import Browser
from tests.api.provider_sign_in.conftest import Laptop

pytestmark = pytest.mark.anyio

PENDING = (400, "authorization_pending")


async def test_opening_the_link_confirms_nothing(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    page = await laptop.browser.http.get(codes["verification_uri_complete"])
    assert page.status_code == 200
    await laptop.browser.opens_device_page(codes["user_code"])
    assert await laptop.polls(codes) == PENDING


async def test_a_page_of_another_site_cannot_confirm(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    await laptop.browser.opens_device_page(codes["user_code"])
    for xsrf in ("", "x" * 20):
        form = {"xsrf": xsrf, "user_code": codes["user_code"], "confirm": "yes"}
        page = await laptop.browser.http.post(f"{laptop.browser.issuer}/device", data=form)
        assert not page.is_redirect
    assert await laptop.polls(codes) == PENDING


async def test_another_browser_cannot_finish(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    page = await laptop.browser.confirms_device(codes["user_code"])
    async with httpx2.AsyncClient(trust_env=False) as http:
        stranger = Browser(http, laptop.browser.issuer, "sub-ned")
        refused = await http.post(str(page.url), data={"login": stranger.subject, "go": "in"})
    assert refused.status_code in {400, 500}
    assert await laptop.polls(codes) == PENDING


async def test_a_code_cannot_be_confirmed_twice(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    await laptop.browser.answers_device(codes["user_code"])
    async with httpx2.AsyncClient(trust_env=False) as http:
        page = await Browser(http, laptop.browser.issuer, "sub-ned").opens_device_page(codes["user_code"])
    assert 'name="confirm"' not in page.text


async def test_a_code_gives_tokens_once(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    await laptop.browser.answers_device(codes["user_code"])
    assert await laptop.polls(codes) == (200, None)
    assert await laptop.polls(codes) == (400, "invalid_grant")


async def test_another_client_cannot_use_the_code(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    await laptop.browser.answers_device(codes["user_code"])
    assert await laptop.polls(codes, "other-cli") == (400, "invalid_grant")


async def test_a_code_of_the_other_flow_is_none(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code()
    await laptop.browser.answers_device(codes["user_code"])
    fields = {"code": codes["device_code"], "redirect_uri": "http://127.0.0.1:1/callback/localhost"}
    status, answer = await laptop.sends(
        "token", grant_type="authorization_code", code_verifier="v" * 43, **fields
    )
    assert (status, answer["error"]) == (400, "invalid_grant")


async def test_an_expired_code_gives_no_tokens(laptop: Laptop) -> None:
    codes = await laptop.asks_for_code("hasty-cli")
    await asyncio.sleep(2.1)
    assert await laptop.polls(codes, "hasty-cli") == (400, "expired_token")
    page = await laptop.browser.opens_device_page(codes["user_code"])
    assert 'name="confirm"' not in page.text


async def test_the_command_line_gives_up_on_an_expired_code(laptop: Laptop) -> None:
    laptop.decision = "wait"
    with pytest.raises(ClientError, match="The code has expired"):
        await (await laptop.sign_in(client_id="hasty-cli")).with_code()


async def test_a_rejected_code_ends_the_sign_in(laptop: Laptop) -> None:
    laptop.decision = "abort"
    with pytest.raises(ClientError, match="rejected in the browser"):
        await (await laptop.sign_in()).with_code()
