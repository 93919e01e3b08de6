"""The Keycloak recipe at a certified OpenID provider, `oidc-provider` from npm, with the claims of Keycloak."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from keydesk.doctor.examination import examine
from keydesk.doctor.finding import State
from keydesk.settings.loading import Configuration
from tests.api.sign_in.printed import printed_configuration, variables
from tests.api.sign_in.provider_claims import BOTH, POWER, keycloak
from tests.support.desk.desk import ADDRESS, open_desk
from tests.support.desk.portal import portal_client
from tests.support.peers.openid import OpenIdProvider, running_openid_provider
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio
SUBJECT = "f:an-id:kai"


@pytest.fixture(scope="module")
def certified() -> Iterator[OpenIdProvider]:
    accounts = json.dumps({SUBJECT: keycloak("kai", BOTH)})
    with running_openid_provider(ADDRESS, {"ACCOUNTS": accounts}) as provider:
        yield provider


@pytest.fixture
def configuration(
    sandbox: Upstream, certified: OpenIdProvider, database_file: Path, tmp_path: Path
) -> Configuration:
    return printed_configuration(
        "sign-in/keycloak", tmp_path, variables(sandbox, database_file, certified.issuer)
    )


async def path_back(address: str) -> str:
    """Sign in at the provider, as its form asks, and return the URL that it sends the browser to."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(address)
        while not address.startswith(f"{ADDRESS}/"):
            if answer.is_redirect:
                address = urljoin(address, answer.headers["location"])
                answer = answer if address.startswith(f"{ADDRESS}/") else await browser.get(address)
            else:
                answer = await browser.post(address, data={"login": SUBJECT, "go": "in"})
    return address


async def test_a_person_of_keycloak_signs_in(configuration: Configuration) -> None:
    async with open_desk(configuration.settings) as desk, portal_client(desk.app) as http:
        begun = await http.get("/sign-in/provider")
        answer = await http.get(await path_back(begun.headers["location"]))
        assert answer.status_code == 303, answer.text
        account = (await http.get("/api/litellm/user/info")).json()
    assert (account["user_id"], account["max_budget"], account["can_view_audit"]) == ("kai", POWER, True)


async def test_the_doctor_accepts_the_provider(
    configuration: Configuration, certified: OpenIdProvider
) -> None:
    found = {finding.check: finding for finding in await examine(configuration)}
    for check in (f"discovery of {certified.issuer}", f"keys of {certified.issuer}", "sign-in client"):
        assert found[check].state is State.OK, found[check]
