"""Access tokens and ID tokens of many providers are distinguished."""

from typing import Any

import pytest

from keydesk.auth.signed_token import SignedToken
from keydesk.auth.token_use import TokenUse, token_use

ACCESS, IDENTITY, OTHER = TokenUse.ACCESS, TokenUse.IDENTITY, TokenUse.OTHER

KNOWN: dict[str, tuple[dict[str, Any], dict[str, Any], TokenUse]] = {
    "RFC 9068": ({"typ": "at+jwt"}, {"client_id": "cli"}, ACCESS),
    "RFC 9068, media type in full": ({"typ": "application/at+jwt"}, {}, ACCESS),
    "Keycloak": ({"typ": "JWT"}, {"typ": "Bearer", "scope": "openid"}, ACCESS),
    "Keycloak, which used to put the nonce into both": (
        {"typ": "JWT"},
        {"typ": "Bearer", "nonce": "n"},
        ACCESS,
    ),
    "Keycloak's ID token": ({"typ": "JWT"}, {"typ": "ID", "at_hash": "h"}, IDENTITY),
    "Keycloak's ID token with a scope": ({"typ": "JWT"}, {"typ": "ID", "scope": "openid"}, IDENTITY),
    "Keycloak's refresh token": ({"typ": "JWT"}, {"typ": "Refresh", "scope": "openid"}, OTHER),
    "Keycloak's logout token": ({"typ": "JWT"}, {"typ": "Logout"}, OTHER),
    "Microsoft": ({"typ": "JWT", "x5t": "t"}, {"scp": "access_as_user", "azp": "cli"}, ACCESS),
    "Microsoft's ID token": ({"typ": "JWT"}, {"nonce": "n", "ver": "2.0"}, IDENTITY),
    "Okta": ({}, {"cid": "cli", "scp": ["openid"]}, ACCESS),
    "Okta's ID token": ({}, {"at_hash": "h", "amr": ["pwd"]}, IDENTITY),
    "Auth0": ({"typ": "JWT"}, {"scope": "openid profile", "azp": "cli"}, ACCESS),
    "Cognito": ({}, {"token_use": "access", "client_id": "cli"}, ACCESS),
    "Cognito's ID token": ({}, {"token_use": "id", "at_hash": "h"}, IDENTITY),
    "an ID token that says no more than it must": ({}, {"aud": "cli", "sub": "1"}, IDENTITY),
    "an ID token with a nonce and a scope": ({}, {"nonce": "n", "scope": "openid"}, IDENTITY),
    "a security event": ({"typ": "secevent+jwt"}, {"scope": "openid"}, OTHER),
    "a logout token": ({"typ": "logout+jwt"}, {}, OTHER),
    "a proof of possession": ({"typ": "dpop+jwt"}, {"scope": "openid"}, OTHER),
    "a type that is a number": ({"typ": 7}, {"scope": "openid"}, OTHER),
    "a type that is null": ({"typ": None}, {"scope": "openid"}, OTHER),
    "a claim typ that is null": ({"typ": "JWT"}, {"typ": None, "scope": "openid"}, OTHER),
}


@pytest.mark.parametrize(("header", "claims", "use"), KNOWN.values(), ids=KNOWN)
def test_the_use_of_a_token_is_detected(
    header: dict[str, Any], claims: dict[str, Any], use: TokenUse
) -> None:
    assert token_use(SignedToken("", header, claims)) is use
