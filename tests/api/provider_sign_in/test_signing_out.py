"""`keydesk logout` deletes the tokens here, also if the provider cannot be asked to revoke them."""

from dataclasses import replace
from pathlib import Path

import pytest

from keydesk.cli.sign_in import _logout, sign_in
from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.profiles import Home
from keydesk.client.way_in import SignedIn
from tests.api.provider_sign_in.conftest import Laptop, tokens_sent

pytestmark = pytest.mark.anyio


@pytest.fixture
def here(laptop: Laptop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Laptop:
    """The machine with its files where the commands look for them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    laptop.home = Home.of_person()
    return laptop


async def test_the_provider_revokes_the_tokens(here: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    here.session(await here.signed_in())
    await _logout(here.http, "default")
    assert tokens_sent(here.network)[-1] == "/token/revocation"
    assert capsys.readouterr().err == "You are signed out at http://localhost.\n"


@pytest.mark.parametrize(
    ("issuer", "failure"), [("http://127.0.0.1:9", Unavailable), ("", ClientError)], ids=["away", "moved"]
)
async def test_the_tokens_are_deleted_in_any_case(
    here: Laptop, issuer: str, failure: type[ClientError]
) -> None:
    found = await here.signed_in()
    gone = replace(await here.client(), issuer=issuer or f"{here.browser.issuer}/")
    session = here.session(SignedIn(found.tokens, gone))
    with pytest.raises(failure, match=r"Your tokens are deleted here\. They end by themselves\."):
        await _logout(here.http, session.profile.name)
    assert not here.home.tokens_file("default").exists()
    assert here.home.profiles() == {}


async def test_the_previous_sign_in_ends_before_the_next_begins(here: Laptop) -> None:
    """Some providers revoke all tokens of a person and client with one, so a revocation must not come later."""
    here.session(await here.signed_in())
    with pytest.raises(Unavailable):
        await sign_in(here.http, "http://127.0.0.1:9", "default")
    assert tokens_sent(here.network)[-1] == "/token/revocation"
    assert here.home.profiles() == {}
