"""An OpenID Connect provider that issues tokens in Keycloak's form by default."""

from typing import Any

from joserfc.jwk import RSAKey

from keydesk.settings import OidcIssuer
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import SigningKey, published, rsa_key, signed

ISSUER = "https://login.example.com/realms/acme"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
KEYS = "https://keys.example.com/acme/certs"
CONFIG = OidcIssuer(issuer=ISSUER, audiences=("keydesk",))


class OidcStandIn:
    def __init__(self, peers: Peers, clock: StillClock, key: RSAKey | None = None) -> None:
        self.peers = peers
        self.clock = clock
        self.key = key or rsa_key("realm-key-1")
        peers.publish(DISCOVERY, {"issuer": ISSUER, "jwks_uri": KEYS})
        peers.publish(KEYS, published(self.key))

    def access_token(self, *, key: SigningKey | None = None, header: Any = None, **claims: Any) -> str:
        """Return Jane's access token, valid for five minutes. None omits a claim or header member."""
        said = {
            "typ": "Bearer",
            "sub": "f3b1-jane",
            "aud": ["keydesk", "account"],
            "azp": "portal",
            "preferred_username": "jane",
            "name": "Jane Doe",
            "email": "jane@example.com",
            "email_verified": True,
            "scope": "openid email profile",
        }
        return self.token(said | claims, header, key)

    def id_token(self, **claims: Any) -> str:
        """Return Jane's ID token for the client."""
        said = {
            "typ": "ID",
            "sub": "f3b1-jane",
            "aud": "keydesk",
            "azp": "keydesk",
            "nonce": "n",
            "at_hash": "h",
        }
        return self.token(said | {"preferred_username": "jane"} | claims)

    def token(self, claims: dict[str, Any], header: Any = None, key: SigningKey | None = None) -> str:
        key = key or self.key
        now = self.clock.timestamp
        members = {"typ": "JWT", "alg": "RS256", "kid": key.kid} | (header or {})
        said = {"iss": ISSUER, "iat": now, "exp": now + 300} | claims
        return signed(
            key,
            {name: value for name, value in members.items() if value is not None},
            {name: value for name, value in said.items() if value is not None},
        )
