"""`keydesk doctor` on the server checks the command line's client at the certified provider."""

import pytest

from keydesk.doctor.command_line_client import check_command_line_client
from keydesk.doctor.finding import State
from keydesk.kit.http_client import HttpClient
from keydesk.settings import OidcIssuer
from tests.support.peers.openid import OpenIdProvider

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("issuer", "client_id", "state", "detail"),
    [
        ("", "keydesk-cli", State.OK, "offers a sign-in in a browser and with a code"),
        ("", "keydesk", State.FAILED, "rejects keydesk without a secret"),
        ("", "nobody", State.FAILED, "rejects nobody without a secret"),
        ("/", "keydesk-cli", State.FAILED, "calls itself"),
    ],
)
async def test_only_a_public_client_is_accepted(
    certified: OpenIdProvider, issuer: str, client_id: str, state: State, detail: str
) -> None:
    rule = OidcIssuer(issuer=certified.issuer + issuer, audiences=("keydesk",))
    http = HttpClient()
    found = await check_command_line_client(rule, client_id, http)
    await http.aclose()
    assert (found.state, detail in found.detail) == (state, True), found
