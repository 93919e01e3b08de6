"""The caller and claims in an OpenID Connect access token."""

from datetime import timedelta
from typing import Any

import pytest

from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys
from keydesk.auth.oidc import OidcTokens
from keydesk.auth.signed_token import read_token
from keydesk.auth.verifier import Verified
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Asserted, Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import OidcIssuer
from tests.unit.auth.linking import LinksInMemory
from tests.unit.auth.oidc_stand_in import CONFIG, ISSUER, OidcStandIn
from tests.unit.auth.peers import StillClock

pytestmark = pytest.mark.anyio


class Reader:
    """Examines tokens by any rule."""

    def __init__(self, http_client: HttpClient, clock: StillClock) -> None:
        self.links = LinksInMemory()
        self._clock = clock
        self._keys = KeyCache(discovered_keys(http_client, ISSUER, ("RS256", "ES256")), clock)

    async def verified(self, text: str, rule: OidcIssuer = CONFIG) -> Verified | None:
        token = read_token(text)
        assert token is not None
        return await OidcTokens(rule, self._keys, self.links, self._clock).examine(token)

    async def person(self, text: str, rule: OidcIssuer = CONFIG) -> Person:
        verified = await self.verified(text, rule)
        assert verified is not None
        assert isinstance(verified.principal, Person)
        return verified.principal

    async def asserted(self, text: str, rule: OidcIssuer = CONFIG) -> Asserted:
        person = await self.person(text, rule)
        assert person.asserted is not None
        return person.asserted


@pytest.fixture
def reader(http_client: HttpClient, clock: StillClock) -> Reader:
    return Reader(http_client, clock)


def rule(**settings: Any) -> OidcIssuer:
    return OidcIssuer(**({"issuer": ISSUER, "audiences": ("keydesk",)} | settings))


async def test_keycloaks_access_token_identifies_its_user(
    reader: Reader, keycloak: OidcStandIn, clock: StillClock
) -> None:
    verified = await reader.verified(keycloak.access_token(groups=["/ai-power-users", "Admins"]))

    groups = frozenset({"group:default/ai-power-users", "group:default/admins"})
    asserted = Asserted("jane@example.com", "Jane Doe", groups)
    assert verified == Verified(Person("user:default/jane", asserted), clock.now + timedelta(minutes=5))


async def test_a_standard_access_token_is_accepted(reader: Reader, keycloak: OidcStandIn) -> None:
    token = keycloak.access_token(header={"typ": "at+jwt"}, typ=None, azp=None, client_id="portal")

    assert (await reader.person(token)).ref == "user:default/jane"


@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_email_is_used_only_if_verified(
    reader: Reader, keycloak: OidcStandIn, verified: object
) -> None:
    assert (await reader.asserted(keycloak.access_token(email_verified=verified))).email is None


async def test_a_name_that_is_an_email_must_be_verified_as_well(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    by_email = rule(name_claim="email")

    person = await reader.person(keycloak.access_token(), by_email)
    assert person.ref == "user:default/jane@example.com"
    with pytest.raises(NotSignedIn):
        await reader.person(keycloak.access_token(email_verified=False), by_email)


async def test_claims_can_be_named_in_the_configuration(reader: Reader, keycloak: OidcStandIn) -> None:
    configured = rule(
        name_claim="nick",
        display_name_claim="profile.full",
        email_claim=None,
        groups_claim="https://example.com/groups",
        namespace="acme",
    )
    claims: dict[str, Any] = {
        "nick": "jd",
        "profile": {"full": "J. Doe"},
        "https://example.com/groups": ["ops"],
    }
    token = keycloak.access_token(**claims)

    person = await reader.person(token, configured)

    assert person == Person("user:acme/jd", Asserted(None, "J. Doe", frozenset({"group:acme/ops"})))


async def test_claims_can_be_labels(reader: Reader, keycloak: OidcStandIn) -> None:
    configured = rule(label_claims={"department": "org.unit", "project": "project", "office": "office"})
    token = keycloak.access_token(org={"unit": "Research"}, project=["search"], office="")

    assert (await reader.asserted(token, configured)).labels == (("department", "Research"),)


async def test_roles_can_be_in_a_nested_claim(reader: Reader, keycloak: OidcStandIn) -> None:
    token = keycloak.access_token(realm_access={"roles": ["ops", "offline_access"]})

    asserted = await reader.asserted(token, rule(groups_claim="realm_access.roles"))

    assert asserted.groups == {"group:default/ops", "group:default/offline_access"}


@pytest.mark.parametrize("groups", [None, "ops", {"ops": True}, 7, [], [7, None, {}, ["ops"]]])
async def test_a_groups_claim_of_another_type_is_ignored(
    reader: Reader, keycloak: OidcStandIn, groups: object
) -> None:
    assert (await reader.asserted(keycloak.access_token(groups=groups))).groups == frozenset()


async def test_the_audience_and_the_authorized_party_are_checked(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    by_party = rule(audiences=(), authorized_parties=("portal", "cli"))
    by_both = rule(authorized_parties=("cli",))

    assert await reader.verified(keycloak.access_token(aud="account"), by_party)
    assert await reader.verified(keycloak.access_token(aud="account"), rule()) is None
    assert await reader.verified(keycloak.access_token(azp="other"), by_party) is None
    assert await reader.verified(keycloak.access_token(azp=None), by_party) is None
    assert await reader.verified(keycloak.access_token(azp="portal", client_id="other"), by_party) is None
    assert await reader.verified(keycloak.access_token(), by_both) is None
    assert await reader.verified(keycloak.access_token(azp="cli"), by_both)


async def test_a_token_of_another_issuer_is_left_to_other_verifiers(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    for issuer in (f"{ISSUER}/", "https://evil.example", ISSUER.upper(), None, 7, [ISSUER]):
        assert await reader.verified(keycloak.access_token(iss=issuer)) is None
    assert keycloak.peers.asked == []


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "service-account-ci", "client_id": "ci", "azp": "ci"},
        {"sub": "portal"},
        {"idtyp": "app"},
        {"gty": "client-credentials"},
    ],
)
async def test_a_client_token_without_a_person_is_a_service(
    reader: Reader, keycloak: OidcStandIn, claims: dict[str, Any]
) -> None:
    verified = await reader.verified(keycloak.access_token(**claims))

    assert verified is not None
    assert verified.principal == Service(f"oidc:{claims.get('azp', 'portal')}")
    assert reader.links.refs == {}


async def test_an_id_token_is_refused_unless_it_is_allowed(reader: Reader, keycloak: OidcStandIn) -> None:
    with pytest.raises(NotSignedIn, match="ID token"):
        await reader.verified(keycloak.id_token())

    person = await reader.person(keycloak.id_token(), rule(accept_id_tokens=True))
    assert person.ref == "user:default/jane"


async def test_a_refresh_token_is_refused_even_if_id_tokens_are_allowed(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    for said in ("Refresh", "Offline", "Logout", 7):
        with pytest.raises(NotSignedIn):
            await reader.verified(keycloak.access_token(typ=said), rule(accept_id_tokens=True))


async def test_a_person_with_a_missing_or_invalid_name_is_refused(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    for name in (
        None,
        "",
        7,
        ["jane"],
        "Jane",
        "jane doe",
        "jane\n",
        "jané",
        "default/jane",
        "-jane",
        "j" * 64,
    ):
        with pytest.raises(NotSignedIn):
            await reader.verified(keycloak.access_token(preferred_username=name))
    assert reader.links.refs == {}


async def test_names_are_lower_cased_if_the_provider_ignores_case(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    token = keycloak.access_token(preferred_username="Jane.Doe@Example.com")

    person = await reader.person(token, rule(names_ignore_case=True))

    assert person.ref == "user:default/jane.doe@example.com"


async def test_a_renamed_person_keeps_their_account_and_nobody_gets_the_old_name(
    reader: Reader, keycloak: OidcStandIn
) -> None:
    await reader.person(keycloak.access_token(sub="1", preferred_username="jane"))

    renamed = await reader.person(keycloak.access_token(sub="1", preferred_username="jane.smith"))
    assert renamed.ref == "user:default/jane"
    with pytest.raises(NotSignedIn):
        await reader.person(keycloak.access_token(sub="2", preferred_username="jane"))


async def test_an_invalid_token_links_nobody(reader: Reader, keycloak: OidcStandIn) -> None:
    with pytest.raises(NotSignedIn):
        await reader.person(f"{keycloak.access_token()[:-8]}AAAAAAAA")

    assert reader.links.refs == {}
