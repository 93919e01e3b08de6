"""A stand-in for Backstage's token service: signs tokens and publishes its keys."""

from typing import Any

from joserfc.jwk import ECKey

from keydesk.settings import BackstageIdentity
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import ec_key, published, signed

BASE_URL = "http://backstage.test:7007"
ISSUER = "https://portal.example.com/api/auth"
USER_KEYS = f"{BASE_URL}/api/auth/.well-known/jwks.json"
CONFIG = BackstageIdentity(base_url=BASE_URL, issuer=ISSUER)


def plugin_keys_of(plugin: str) -> str:
    return f"{BASE_URL}/api/{plugin}/.backstage/auth/v1/jwks.json"


class BackstageStandIn:
    """Methods take claims to replace, and `header` members likewise; None omits one."""

    def __init__(self, peers: Peers, clock: StillClock) -> None:
        self.peers = peers
        self.clock = clock
        self.user_key = ec_key("user-key-1")
        self.plugin_key = ec_key("scaffolder-key-1")
        peers.publish(USER_KEYS, published(self.user_key))
        peers.publish(plugin_keys_of("scaffolder"), published(self.plugin_key))

    def user_token(
        self, sub: Any = "user:default/jane", *, key: ECKey | None = None, header: Any = None, **claims: Any
    ) -> str:
        """Return a token as Backstage signs it at sign-in, valid for an hour."""
        said = {"iss": ISSUER, "sub": sub, "aud": "backstage", **self.an_hour(), "uip": "proof"}
        return self._signed(key or self.user_key, "vnd.backstage.user", header, said | claims)

    def limited_token(
        self, sub: Any = "user:default/jane", *, key: ECKey | None = None, header: Any = None, **claims: Any
    ) -> str:
        """Return the limited form of a user token that a plugin may pass on."""
        said = {"sub": sub, **self.an_hour()}
        return self._signed(key or self.user_key, "vnd.backstage.limited-user", header, said | claims)

    def plugin_token(
        self, sub: Any = "scaffolder", *, key: ECKey | None = None, header: Any = None, **claims: Any
    ) -> str:
        """Return the token that a plugin sends to Keydesk, for itself unless `obo` is given."""
        said = {"sub": sub, "aud": "litellm", **self.an_hour()}
        return self._signed(key or self.plugin_key, "vnd.backstage.plugin", header, said | claims)

    def rotate(self) -> None:
        """Replace the user key."""
        self.user_key = ec_key(f"{self.user_key.kid}+")
        self.peers.publish(USER_KEYS, published(self.user_key))

    def an_hour(self) -> dict[str, Any]:
        return {"iat": self.clock.timestamp, "exp": self.clock.timestamp + 3600}

    @staticmethod
    def _signed(key: ECKey, typ: str, header: Any, claims: dict[str, Any]) -> str:
        members = {"typ": typ, "alg": "ES256", "kid": key.kid} | (header or {})
        return signed(
            key,
            {name: value for name, value in members.items() if value is not None},
            {name: value for name, value in claims.items() if value is not None},
        )
