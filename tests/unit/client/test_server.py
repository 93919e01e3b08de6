"""What the command line accepts from a server. A server that names another one gets no code and no token."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from keydesk.client.errors import ClientError, NotSignedIn, Unavailable
from keydesk.client.oauth import OAuthRefused
from keydesk.client.places import AtKeydesk
from keydesk.client.server import ApiRequest, Server
from keydesk.client.sign_in import SignIn
from tests.unit.client.conftest import Answering

pytestmark = pytest.mark.anyio

OURS = "https://keys.example.com"
METADATA: dict[str, Any] = {
    "issuer": OURS,
    "authorization_endpoint": f"{OURS}/oauth/authorize",
    "device_authorization_endpoint": f"{OURS}/oauth/device_authorization",
    "token_endpoint": f"{OURS}/oauth/token",
    "revocation_endpoint": f"{OURS}/oauth/revoke",
}
Ask = Callable[[int, Any], Server]


@pytest.fixture
def serving(answering: Answering) -> Ask:
    """A server that answers every request with this status and JSON."""
    return lambda status, json: Server(OURS, answering(status, json))


async def test_the_endpoints_come_from_the_metadata(serving: Ask) -> None:
    assert (await serving(200, METADATA).endpoints()).token == f"{OURS}/oauth/token"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example.com"},
        {"issuer": f"{OURS}/"},
        {"issuer": None},
        {"token_endpoint": "https://evil.example.com/oauth/token"},
        {"token_endpoint": f"{OURS}.evil.example.com/oauth/token"},
        {"token_endpoint": "http://keys.example.com/oauth/token"},
        {"authorization_endpoint": ""},
        {"authorization_endpoint": "https://evil.example.com/oauth/authorize"},
        {"token_endpoint": None},
        {"revocation_endpoint": f"{OURS}@evil.example.com/"},
    ],
    ids=str,
)
async def test_metadata_of_another_server_is_refused(serving: Ask, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError):
        await serving(200, METADATA | changes).endpoints()


@pytest.mark.parametrize(
    ("status", "json", "error"),
    [
        (404, {"error": "Not found"}, "does not offer a sign-in"),
        (200, ["no", "metadata"], "did not answer like Keydesk"),
        (418, {}, "did not answer like Keydesk"),
    ],
)
async def test_a_server_without_metadata_is_named(serving: Ask, status: int, json: Any, error: str) -> None:
    with pytest.raises(ClientError, match=error):
        await serving(status, json).endpoints()


async def test_a_page_of_another_server_is_not_shown(serving: Ask) -> None:
    codes = {
        "device_code": "x",
        "user_code": "BCDF-GHJK",
        "verification_uri": "https://evil.example.com/device",
    }
    said: list[str] = []
    with pytest.raises(ClientError, match="another server"):
        await SignIn(AtKeydesk(serving(200, METADATA | codes)), said.append).with_code()
    assert said == []


async def no_pause(_seconds: float) -> None:
    """Do not wait between two polls."""


PAGE = "https://backstage.example.com/keydesk-machines"


async def test_a_page_of_another_server_is_shown_with_its_host(serving: Ask) -> None:
    answer = METADATA | {
        "authorization_endpoint": None,
        "keydesk_confirmation_page": PAGE,
        "device_code": "x",
        "user_code": "BCDF-GHJK",
        "verification_uri": PAGE,
        "expires_in": 60,
    }
    for way in ("with_code", "with_browser"):
        said: list[str] = []
        waited: list[float] = []

        def waiting(seconds: float, waited: list[float] = waited) -> AbstractContextManager[None]:
            waited.append(seconds)
            return nullcontext()

        place = AtKeydesk(serving(200, answer), PAGE)
        with pytest.raises(ClientError, match="with tokens"):
            await getattr(SignIn(place, said.append, pause=no_pause, waiting=waiting), way)()
        assert waited == [60.0]
        warning, shown = said
        assert "another server: backstage.example.com. Continue only if" in warning
        assert OURS in warning
        assert (PAGE in shown, "BCDF-GHJK" in shown) == (True, True)


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (PAGE, "https://backstage.example.com/"),
        (PAGE, None),
        *(
            (page, page)
            for page in (
                "http://backstage.example.com/page",
                "https://keys.example.com@evil.example.com/page",
                f"https://evil.example.com/?{OURS}",
                f"https://evil.example.com/#{OURS}",
                "https://evil.example.com/\u202eelpmaxe",
                "https://evil.example.com/\x1b[2J",
                "https://[",
                "javascript:alert(1)",
                "",
            )
        ),
    ],
)
async def test_a_page_that_is_not_named_or_hides_its_host_is_refused(
    serving: Ask, page: str, named: str | None
) -> None:
    codes = {"device_code": "x", "user_code": "BCDF-GHJK", "verification_uri": page}
    answer = METADATA | codes
    said: list[str] = []
    with pytest.raises(ClientError, match="another server"):
        await SignIn(AtKeydesk(serving(200, answer), named), said.append).with_code()
    assert said == []


async def test_each_failure_has_its_own_status(serving: Ask) -> None:
    with pytest.raises(NotSignedIn):
        await serving(401, {"error": "x"}).call(ApiRequest("GET", "/config"), "token")
    for status in (429, 500, 503):
        with pytest.raises(Unavailable):
            await serving(status, {"error": "x"}).call(ApiRequest("GET", "/config"), "token")
        with pytest.raises(Unavailable):
            await serving(status, {"error": "slow_down"}).send_form(f"{OURS}/oauth/token", {})
    with pytest.raises(ClientError, match="because"):
        await serving(403, {"error": "because"}).call(ApiRequest("GET", "/config"), "token")
    with pytest.raises(OAuthRefused) as refused:
        await serving(400, {"error": "invalid_grant"}).send_form(f"{OURS}/oauth/token", {})
    assert refused.value.error == "invalid_grant"
