"""Every token of a real Backstage is verified as its kind."""

import pytest

from keydesk.kit.clock import utc_now
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import BackstageIdentity
from tests.contract.backstage.conftest import RealBackstage, Verifying
from tests.unit.auth.tokens import base64url, ec_key, signed

pytestmark = [pytest.mark.anyio, pytest.mark.real_backstage]


@pytest.mark.parametrize("name", ["jane", "bob", "newbie"])
async def test_a_user_token_identifies_its_user(
    backstage: RealBackstage, verifying: Verifying, name: str
) -> None:
    assert await verifying.principal(await backstage.user_token(name)) == Person(f"user:default/{name}")


async def test_a_plugin_token_without_a_user_is_a_service(
    backstage: RealBackstage, verifying: Verifying
) -> None:
    tokens = await backstage.tokens_of_a_plugin(await backstage.user_token())

    assert await verifying.principal(tokens["own"]) == Service("plugin:debug")


async def test_a_plugin_token_for_jane_is_jane(backstage: RealBackstage, verifying: Verifying) -> None:
    tokens = await backstage.tokens_of_a_plugin(await backstage.user_token("jane"))

    assert await verifying.principal(tokens["onBehalf"]) == Person("user:default/jane")


async def test_a_limited_user_token_alone_is_refused(backstage: RealBackstage, verifying: Verifying) -> None:
    tokens = await backstage.tokens_of_a_plugin(await backstage.user_token())

    with pytest.raises(NotSignedIn, match="limited"):
        await verifying.principal(tokens["limited"])


async def test_a_token_for_another_plugin_is_refused(backstage: RealBackstage, verifying: Verifying) -> None:
    tokens = await backstage.tokens_of_a_plugin(await backstage.user_token(), target="catalog")

    for kind in ("own", "onBehalf"):
        with pytest.raises(NotSignedIn):
            await verifying.principal(tokens[kind])


async def test_a_token_of_another_backstage_is_refused(
    backstage: RealBackstage, http_client: HttpClient
) -> None:
    config = BackstageIdentity(base_url=backstage.url, issuer="https://portal.example.com/api/auth")

    with pytest.raises(NotSignedIn):
        await Verifying(config, http_client).principal(await backstage.user_token())


async def test_bobs_claims_with_janes_signature_are_refused(
    backstage: RealBackstage, verifying: Verifying
) -> None:
    jane, bob = await backstage.user_token("jane"), await backstage.user_token("bob")

    with pytest.raises(NotSignedIn):
        await verifying.principal(".".join([*bob.split(".")[:2], jane.split(".")[2]]))
    with pytest.raises(NotSignedIn):
        await verifying.principal(f"{jane.rpartition('.')[0]}.{base64url(bytes(64))}")


@pytest.mark.parametrize("plugin", ["catalog", "not-installed"])
async def test_a_forged_token_of_a_plugin_without_keys_is_refused(verifying: Verifying, plugin: str) -> None:
    now = int(utc_now().timestamp())
    claims = {"sub": plugin, "aud": "litellm", "iat": now, "exp": now + 60}
    forged = signed(
        ec_key("forged"), {"typ": "vnd.backstage.plugin", "alg": "ES256", "kid": "forged"}, claims
    )

    with pytest.raises(NotSignedIn):
        await verifying.principal(forged)
