"""`keydesk login` signs in at the provider first, and at Keydesk where the provider cannot or the person says so."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.profiles import Profile
from keydesk.client.sign_in import Place, SignIn
from keydesk.client.way_in import Choice, SignedIn, sign_in_at
from keydesk.kit.http_client import HttpClient
from tests.api.provider_sign_in.browser import Browser
from tests.api.provider_sign_in.conftest import Laptop, Network, expired, rules_of, tokens_sent
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, open_desk
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio

WITH_CODE = Choice(device=True)
LaptopAt = Callable[..., AbstractAsyncContextManager[Laptop]]


async def signs_in(laptop: Laptop, choice: Choice = WITH_CODE) -> SignedIn:
    def begin(place: Place) -> SignIn:
        return SignIn(place, laptop.said.append, laptop.opens_browser, laptop.pauses)

    return await sign_in_at(laptop.server, laptop.http, choice, begin)


async def signs_in_without_answer(laptop: Laptop, choice: Choice) -> SignedIn:
    """Sign in at Keydesk with a code that nobody confirms."""

    async def pause(_seconds: float) -> None:
        raise ClientError("no answer")

    def begin(place: Place) -> SignIn:
        return SignIn(place, laptop.said.append, laptop.opens_browser, pause)

    return await sign_in_at(laptop.server, laptop.http, choice, begin)


@pytest.fixture
def laptop_at(sandbox: Upstream, browser: Browser, laptop: Laptop, tmp_path: Path) -> LaptopAt:
    """A machine at another Keydesk, with changes to its rule for the provider."""

    @asynccontextmanager
    async def opened(*, machines: bool = True, **rule: Any) -> AsyncIterator[Laptop]:
        settings = Surroundings(sandbox, f"sqlite:///{tmp_path / 'other.db'}").settings(
            identity={"oidc": [rules_of(browser.issuer) | rule]},
            directory={"claims": True},
            portal={"machines": {"enabled": machines}},
        )
        async with open_desk(settings) as desk:
            network = Network(desk)
            http = HttpClient(transport=network)
            yield Laptop(http, network, browser, laptop.home)
            await http.aclose()

    return opened


async def test_the_provider_comes_first(laptop: Laptop) -> None:
    found = await signs_in(laptop)
    assert found.provider == await laptop.client()
    assert laptop.said[0].startswith(
        f"You sign in at {laptop.browser.issuer}. Continue only if you trust {ADDRESS}"
    )
    session = laptop.session(found)
    assert session.profile.issuer == laptop.browser.issuer
    assert laptop.home.profile("default") == session.profile


async def test_a_profile_of_before_signs_in_at_keydesk(laptop: Laptop) -> None:
    laptop.home.save(Profile("default", ADDRESS, "user:default/jane", "file"))
    assert "provider" not in (laptop.home.folder / "profiles.json").read_text()
    assert laptop.home.profile("default").issuer == ADDRESS


async def test_a_person_can_choose_keydesk(laptop: Laptop) -> None:
    with pytest.raises(ClientError, match="no answer"):
        await signs_in_without_answer(laptop, Choice("keydesk", device=True))
    assert f"Open {ADDRESS}/device" in laptop.said[0]
    assert tokens_sent(laptop.network) == []


async def test_keydesk_takes_over_where_the_client_cannot_use_codes(laptop_at: LaptopAt) -> None:
    rule = {"authorized_parties": ["browser-cli"], "command_line": {"client_id": "browser-cli"}}
    async with laptop_at(**rule) as laptop:
        with pytest.raises(ClientError):
            await signs_in_without_answer(laptop, WITH_CODE)
        assert "You sign in at Keydesk instead." in laptop.said[1]
        assert f"Open {ADDRESS}/device" in laptop.said[2]
        with pytest.raises(
            ClientError, match="refused: urn:ietf:params:oauth:grant-type:device_code is not allowed"
        ):
            await signs_in(laptop, Choice("provider", device=True))


async def test_tokens_that_keydesk_does_not_accept_are_revoked(laptop_at: LaptopAt) -> None:
    async with laptop_at(audiences=["another-service"]) as laptop:
        with pytest.raises(ClientError, match=r"Ask your platform team to check identity\.oidc of Keydesk"):
            await signs_in(laptop)
        assert tokens_sent(laptop.network)[-1] == "/token/revocation"
        assert laptop.home.profiles() == {}


async def test_a_keydesk_without_a_sign_in_of_its_own_names_the_provider_only(laptop_at: LaptopAt) -> None:
    async with laptop_at(machines=False) as laptop:
        assert (await laptop.server.metadata()).own is None
        found = await signs_in(laptop)
        assert await laptop.session(found).get("/config")
        with pytest.raises(ClientError, match="does not offer a sign-in"):
            await signs_in(laptop, Choice("keydesk", device=True))


async def test_id_tokens_are_sent_and_refreshed_where_keydesk_accepts_them(laptop_at: LaptopAt) -> None:
    rule = {"audiences": ["keydesk-cli"], "authorized_parties": [], "accept_id_tokens": True}
    async with laptop_at(**rule) as laptop:
        found = await signs_in(laptop)
        assert (await laptop.client()).token == "id_token"
        session = laptop.session(SignedIn(expired(found.tokens), found.provider))
        renewed = await session.tokens()
        assert renewed.access.count(".") == 2
        assert await session.get("/config")


async def test_a_provider_that_is_away_is_named_with_what_to_do(laptop_at: LaptopAt) -> None:
    async with laptop_at(issuer="http://127.0.0.1:9") as laptop:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9 cannot be reached\. .*add: --at keydesk$"):
            await signs_in(laptop)


async def test_without_a_provider_there_is_none_to_choose(laptop_at: LaptopAt) -> None:
    async with laptop_at(command_line=None) as laptop:
        with pytest.raises(ClientError, match="names no provider"):
            await signs_in(laptop, Choice("provider", device=True))
