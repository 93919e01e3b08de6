"""An OpenID Connect provider that signs people in, on loopback.

Codes, refresh tokens, userinfo, logout. There is no form: the test decides who signs in. Refresh tokens rotate and
can be used once, as RFC 9700 recommends.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from keydesk.kit.clock import Clock
from tests.support.peers.condition import Condition
from tests.support.peers.server import Server
from tests.unit.auth.tokens import published, rsa_key, signed

CLIENT_ID = "keydesk"
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_KEY = rsa_key("provider-key")
_NEXT_KEY = rsa_key("provider-key-after-rotation")


@dataclass
class SignInProvider:
    """A provider whose people have `groups`, except those in `gone`, who left.

    `refreshes` holds the used refresh tokens, `asked` the used access tokens, and `given` all issued tokens. With
    `has_rotated_keys`, tokens are signed with a new key. `claims` replaces what is said of people, for claims like
    those of another provider.
    """

    server: Server
    clock: Clock
    gives_refresh_tokens: bool = True
    gives_id_token_at_refresh: bool = True
    rotates: bool = True
    has_userinfo: bool = False
    has_rotated_keys: bool = False
    access_seconds: int = 300
    groups: list[str] = field(default_factory=list)
    claims: Mapping[str, Any] | None = None
    client_id: str = CLIENT_ID
    gone: set[str] = field(default_factory=set)
    refreshes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list, repr=False)
    token_endpoint: Condition = field(default_factory=Condition)
    userinfo_endpoint: Condition = field(default_factory=Condition)
    keys_endpoint: Condition = field(default_factory=Condition)

    def __post_init__(self) -> None:
        self._nonces: dict[str, tuple[str, str]] = {}
        self._refresh_tokens: dict[str, str] = {}
        self._access_tokens: dict[str, tuple[str, float]] = {}
        paths = {
            "/.well-known/openid-configuration": (self._discovery, "GET"),
            "/keys": (self.keys_endpoint.of(self._keys), "GET"),
            "/token": (self.token_endpoint.of(self._token), "POST"),
            "/userinfo": (self.userinfo_endpoint.of(self._userinfo), "GET"),
        }
        self._router = Router([Route(path, answer, methods=[how]) for path, (answer, how) in paths.items()])
        self.server.application = self

    @property
    def issuer(self) -> str:
        return self.server.url

    def portal(self, base_url: str, **sessions: Any) -> dict[str, Any]:
        """Return the `portal` section of a Keydesk that signs people in here."""
        client = {"issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": "a-secret-of-the-tests"}
        return {"base_url": base_url, "sign_in": client, "sessions": sessions}

    def answer_to(self, address: str, name: str) -> str:
        """Return the redirect back for the URL that the browser was sent to."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self._nonces[code] = (name, asked["nonce"])
        path = urlsplit(asked["redirect_uri"]).path
        return f"{path}?code={code}&state={asked['state']}"

    def logout_token(self, name: str, **claims: Any) -> str:
        said = {"sub": _subject(name), "events": {_EVENT: {}}, "jti": secrets.token_urlsafe(8)}
        return self._signed("logout+jwt", said | claims)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    async def _discovery(self, _: Request) -> Response:
        document = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        document |= {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
        if self.has_userinfo:
            document["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        return JSONResponse(document)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(published(self._key))

    async def _token(self, request: Request) -> Response:
        sent = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        if sent["grant_type"] == "refresh_token":
            self.refreshes.append(sent["refresh_token"])
            name, nonce = self._refresh_tokens.get(sent["refresh_token"]), None
            if self.rotates:
                self._refresh_tokens.pop(sent["refresh_token"], None)
        else:
            name, nonce = self._nonces.pop(sent["code"], (None, None))
        if name is None or name in self.gone:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(self._tokens(name, nonce))

    def _tokens(self, name: str, nonce: str | None) -> dict[str, Any]:
        access = secrets.token_urlsafe(8)
        self._access_tokens[access] = (name, self.clock().timestamp() + self.access_seconds)
        tokens: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.access_seconds,
        }
        if self.gives_refresh_tokens and (nonce is not None or self.rotates):
            tokens["refresh_token"] = secrets.token_urlsafe(24)
            self._refresh_tokens[tokens["refresh_token"]] = name
        if nonce is not None or self.gives_id_token_at_refresh:
            said = self._claims(name) | ({"nonce": nonce} if nonce else {})
            tokens["id_token"] = self._signed("JWT", said)
        self.given += [
            tokens[name] for name in ("access_token", "refresh_token", "id_token") if name in tokens
        ]
        return tokens

    async def _userinfo(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.asked.append(token)
        name, until = self._access_tokens.get(token, ("", 0.0))
        if name in self.gone or until <= self.clock().timestamp():
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self._claims(name))

    def _claims(self, name: str) -> dict[str, Any]:
        if self.claims is not None:
            return {"sub": _subject(name), **self.claims}
        email = {"email": f"{name}@example.com", "email_verified": True}
        return {
            "sub": _subject(name),
            "preferred_username": name,
            "name": name.title(),
            "groups": self.groups,
        } | email

    def _signed(self, typ: str, claims: dict[str, Any]) -> str:
        now = int(self.clock().timestamp())
        said = {"iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 300}
        return signed(self._key, {"typ": typ, "alg": "RS256", "kid": self._key.kid}, said | claims)

    @property
    def _key(self) -> Any:
        return _NEXT_KEY if self.has_rotated_keys else _KEY


def _subject(name: str) -> str:
    return f"subject-of-{name}"
