"""Invalid or forged OpenID Connect tokens that are not access tokens for Keydesk."""

from collections.abc import Callable
from typing import Any

from tests.unit.auth.oidc_stand_in import ISSUER, OidcStandIn
from tests.unit.auth.tokens import ec_key, rsa_key, signed_with_secret

OidcForger = Callable[[OidcStandIn], str]


def access(header: Any = None, **claims: Any) -> OidcForger:
    return lambda keycloak: keycloak.access_token(header=header, **claims)


def timed(**seconds: float) -> OidcForger:
    """Return a token with times relative to now, in seconds."""

    def make(keycloak: OidcStandIn) -> str:
        now = keycloak.clock.timestamp
        times: dict[str, Any] = {name: now + value for name, value in seconds.items()}
        return keycloak.access_token(**times)

    return make


def _confused(keycloak: OidcStandIn) -> str:
    claims = {"iss": ISSUER, "sub": "1", "aud": "keydesk", "preferred_username": "jane", "typ": "Bearer"}
    times = {"iat": keycloak.clock.timestamp, "exp": keycloak.clock.timestamp + 60}
    header = {"alg": "HS256", "typ": "JWT", "kid": "realm-key-1"}
    return signed_with_secret(keycloak.key.as_pem(private=False), header, claims | times)


OIDC: dict[str, OidcForger] = {
    "Keycloak's ID token": lambda k: k.id_token(),
    "an ID token with a nonce": access(typ=None, nonce="n"),
    "an ID token with a hash": access(typ=None, at_hash="h"),
    "an ID token that says no more than it must": access(typ=None, scope=None),
    "a refresh token": access(typ="Refresh"),
    "a logout token": access(header={"typ": "logout+jwt"}),
    "Cognito's ID token": access(typ=None, token_use="id"),
    "a token bound to a key": access(cnf={"jkt": "0ZcOCORZNYy"}),
    "an access token that says it is Backstage's": access(header={"typ": "vnd.backstage.user"}),
    "HS256 with the public key as secret": _confused,
    "RS512, which is not allowed here": access(header={"alg": "RS512"}),
    "alg none": access(header={"alg": "none"}),
    "a key of its own": access(header={"jwk": {"kty": "RSA"}}),
    "no key": access(header={"kid": None}),
    "another audience": access(aud="account"),
    "no audience": access(aud=None),
    "an audience that is a number": access(aud=7),
    "us as a party, but not as audience": access(aud="account", azp="keydesk"),
    "another issuer": access(iss="https://evil.example"),
    "the issuer with a slash": access(iss=f"{ISSUER}/"),
    "the issuer's neighbour": access(iss=f"{ISSUER}2"),
    "no issuer": access(iss=None),
    "expired": timed(exp=-21),
    "not valid yet": timed(nbf=60),
    "issued in the far future": timed(iat=3600),
    "no expiry": access(exp=None),
    "no time of issue": access(iat=None),
    "no subject": access(sub=None),
    "a subject that is a number": access(sub=7),
    "a subject of 300 characters": access(sub="s" * 300),
    "no name": access(preferred_username=None),
    "a name in capitals": access(preferred_username="Jane"),
    "a name that is a reference": access(preferred_username="other/jane"),
    "a name with a space": access(preferred_username="jane "),
    "another key under the same id": lambda k: k.access_token(key=rsa_key("realm-key-1")),
    "ES256 with the id of an RSA key": lambda k: k.access_token(
        key=ec_key("realm-key-1"), header={"alg": "ES256"}
    ),
    "an unknown key": access(header={"kid": "unknown"}),
    "a truncated signature": lambda k: k.access_token()[:-8],
}
