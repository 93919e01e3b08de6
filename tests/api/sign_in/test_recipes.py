"""The recipes for sign-in: the configuration of each page gives people the accounts that it promises."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.api.sign_in.person import SignedInPerson
from tests.api.sign_in.printed import PAGES, printed_configuration, variables
from tests.api.sign_in.provider_claims import ARRIVALS, Arrival, google
from tests.support.desk.desk import open_desk
from tests.support.desk.portal import portal_client
from tests.support.peers.sign_in_provider import SignInProvider
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio
AtTheDoor = Callable[[Arrival], AbstractAsyncContextManager[SignedInPerson]]


@pytest.fixture
def at_the_door(
    sandbox: Upstream, provider: SignInProvider, database_file: Path, tmp_path: Path
) -> AtTheDoor:
    """Open the Keydesk of a page, with a browser at the provider that is about to return."""

    @asynccontextmanager
    async def opened(arrival: Arrival) -> AsyncIterator[SignedInPerson]:
        environment = variables(sandbox, database_file, provider.issuer)
        settings = printed_configuration(arrival.page, tmp_path, environment, arrival.number).settings
        assert settings.portal.sign_in is not None
        provider.claims, provider.client_id = arrival.claims, settings.portal.sign_in.client_id
        async with open_desk(settings) as desk, portal_client(desk.app) as http:
            yield SignedInPerson(http, provider, arrival.user_id)

    return opened


@pytest.mark.parametrize("arrival", ARRIVALS.values(), ids=ARRIVALS)
async def test_the_page_s_configuration_gives_the_account(arrival: Arrival, at_the_door: AtTheDoor) -> None:
    async with at_the_door(arrival) as person:
        await person.signs_in()
        account = (await person.http.get("/api/litellm/user/info")).json()
        assert account["user_id"] == arrival.user_id
        assert account["max_budget"] == arrival.budget
        assert account["can_view_audit"] == arrival.is_auditor
        assert account["user_email"] == arrival.email
        assert (await person.http.get("/")).status_code == 200


async def test_every_recipe_is_tried() -> None:
    recipes = {f"sign-in/{file.stem}" for file in PAGES.glob("sign-in/*.md")}
    assert recipes
    assert recipes <= {arrival.page for arrival in ARRIVALS.values()}


async def test_google_people_outside_the_file_have_no_account(at_the_door: AtTheDoor) -> None:
    async with at_the_door(
        Arrival("sign-in/google", google("mallory@example.com"), "mallory@example.com")
    ) as person:
        await person.signs_in()
        answer = await person.http.get("/api/litellm/user/info")
        assert answer.status_code == 403
        assert answer.json()["error"] == "You are not in the directory."


async def test_google_addresses_that_are_not_verified_identify_nobody(at_the_door: AtTheDoor) -> None:
    claims = google("jane.doe@example.com") | {"email_verified": False}
    async with at_the_door(Arrival("sign-in/google", claims, "jane.doe@example.com")) as person:
        answer = await person.http.get(await person.goes_to_provider())
        assert answer.status_code == 400
        assert "has not verified your email address" in answer.text
        assert not await person.is_signed_in()
