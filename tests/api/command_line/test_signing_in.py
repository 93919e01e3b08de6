"""The command line signs in at a real Keydesk, keeps its tokens, refreshes them and signs out."""

import stat
from dataclasses import replace

import pytest

from keydesk.client.errors import ClientError, NotSignedIn
from keydesk.client.tokens import Tokens
from tests.api.command_line.conftest import Laptop
from tests.support.desk.people import Scene

pytestmark = pytest.mark.anyio


def expired(tokens: Tokens) -> Tokens:
    return replace(tokens, expires_at=0.0)


async def test_with_a_code(laptop: Laptop, scene: Scene) -> None:
    tokens = await laptop.sign_in().with_code()
    assert tokens.person == scene.ref("jane")
    assert await laptop.session(tokens).get("/config")


async def test_with_the_browser(laptop: Laptop, scene: Scene) -> None:
    tokens = await laptop.sign_in().with_browser()
    assert tokens.person == scene.ref("jane")
    assert await laptop.session(tokens).get("/config")


@pytest.mark.parametrize("way", ["with_code", "with_browser"])
async def test_a_rejection_is_reported(laptop: Laptop, way: str) -> None:
    laptop.decision = "reject"
    with pytest.raises(ClientError, match="rejected in the browser"):
        await getattr(laptop.sign_in(), way)()


async def test_tokens_are_refreshed_in_time(laptop: Laptop) -> None:
    tokens = await laptop.sign_in().with_code()
    session = laptop.session(expired(tokens))
    renewed = await session.tokens()
    assert renewed.access != tokens.access
    assert await session.tokens() == renewed
    assert await session.get("/config")


async def test_signing_out_revokes_the_tokens_and_forgets_them(laptop: Laptop) -> None:
    tokens = await laptop.sign_in().with_code()
    session = laptop.session(tokens)
    await session.revoke()
    assert laptop.home.profiles() == {}
    with pytest.raises(NotSignedIn):
        await laptop.session(tokens).get("/config")


async def test_a_sign_in_that_was_ended_in_the_portal_is_noticed(laptop: Laptop) -> None:
    session = laptop.session(await laptop.sign_in().with_code())
    page = await laptop.jane.get("/machines")
    machine = page.text.partition('action="/machines/')[2].partition("/sign-out")[0]
    assert (await laptop.jane.post(f"/machines/{machine}/sign-out")).status_code == 303
    with pytest.raises(NotSignedIn, match="keydesk login"):
        await session.get("/config")


async def test_files_are_for_their_owner_only(laptop: Laptop) -> None:
    session = laptop.session(await laptop.sign_in().with_code())
    files = [path for path in laptop.home.folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"profiles.json", "default.json"}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    laptop.home.tokens_file("default").chmod(0o644)
    with pytest.raises(ClientError, match="Other people can read"):
        await session.tokens()
