"""A small OpenID Connect issuer on loopback.

Discovery, keys, and access tokens of people. It has no sign-in: the tests create the tokens that such an issuer would
issue.
"""

from functools import cache
from typing import Any, Literal

from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tests.support.peers.condition import Condition
from tests.support.peers.server import Server
from tests.unit.auth.peers import StillClock
from tests.unit.auth.tokens import published, rsa_key, signed

AUDIENCE = "keydesk"
Form = Literal["rfc9068", "keycloak"]
_REALM = "/realms/acme"


class Issuer:
    """Runs on a `Server`; `issuer` is its URL in tokens and discovery."""

    def __init__(self, clock: StillClock, server: Server) -> None:
        self._clock = clock
        self._server = server
        self._generation = 0
        self.discovery, self.keys = Condition(), Condition()
        paths = {
            "/.well-known/openid-configuration": self.discovery.of(self._discovery),
            "/protocol/openid-connect/certs": self.keys.of(self._keys),
        }
        self._router = Router([Route(_REALM + path, answer) for path, answer in paths.items()])
        server.application = self
        self.comes_back()

    @property
    def issuer(self) -> str:
        return self._server.url + _REALM

    def comes_back(self, *, with_new_keys: bool = False) -> None:
        """Start it again, optionally without the previous keys."""
        self._generation += 1 if with_new_keys else 0
        self._server.start()

    def is_killed(self) -> None:
        self._server.stop()

    def token_of(self, name: str, *groups: str, form: Form = "keycloak", **claims: Any) -> str:
        """Return a person's access token, valid for five minutes. `claims` override its claims; None omits one."""
        now = self._clock.timestamp
        said: dict[str, Any] = {
            "iss": self.issuer,
            "sub": f"subject-of-{name}",
            "iat": now,
            "exp": now + 300,
            "preferred_username": name,
            "name": name.title(),
            "email": f"{name}@example.com" if "@" not in name else name,
            "email_verified": True,
            "groups": list(groups),
            "scope": "openid email profile",
        }
        kept = {key: value for key, value in (said | _FORMS[form] | claims).items() if value is not None}
        typ = "at+jwt" if form == "rfc9068" else "JWT"
        key = self._key
        return signed(key, {"typ": typ, "alg": "RS256", "kid": key.kid}, kept)

    def token_with_key_id(self, kid: str) -> str:
        """Return a token with a key id that the issuer does not know."""
        now = self._clock.timestamp
        said = {"iss": self.issuer, "sub": "x", "iat": now, "exp": now + 300, "preferred_username": "jane"}
        header = {"typ": "JWT", "alg": "RS256", "kid": kid}
        return signed(self._key, header, said | _FORMS["keycloak"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    @property
    def _key(self) -> RSAKey:
        return _key(self._generation)

    async def _discovery(self, _: Request) -> Response:
        keys = f"{self.issuer}/protocol/openid-connect/certs"
        return JSONResponse({"issuer": self.issuer, "jwks_uri": keys})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(published(self._key))


_FORMS: dict[str, dict[str, Any]] = {
    "rfc9068": {"aud": AUDIENCE, "client_id": "portal", "jti": "f3b1"},
    "keycloak": {"aud": [AUDIENCE, "account"], "azp": "portal", "typ": "Bearer"},
}


@cache
def _key(generation: int) -> RSAKey:
    """RSA keys take their time to make, so the issuers of all tests have the same."""
    return rsa_key(f"realm-key-{generation}")
