"""The parts of Backstage that Keydesk uses, on loopback.

Token keys, catalog, permission service. It can be stopped and restarted with new keys, and each part can fail
separately. It signs people's tokens, accepts only its own, and its only policy is a list of denied permissions.
"""

from typing import Any

from joserfc.jwk import ECKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tests.support.peers.catalog_entities import full, group_entity, user_entity
from tests.support.peers.condition import Condition
from tests.support.peers.server import Server
from tests.unit.auth.peers import StillClock
from tests.unit.auth.tokens import ec_key, published, signed

ISSUER = "https://portal.example.com/api/auth"
CATALOG_TOKEN = "an-external-access-token-0123456789"


class Backstage:
    """The plugins share one backend, except the catalog, whose backend can be stopped separately."""

    def __init__(self, clock: StillClock, backend: Server, catalog_backend: Server) -> None:
        self._clock = clock
        self._backend, self._catalog_backend = backend, catalog_backend
        self._entities: dict[str, dict[str, Any]] = {}
        self._denied: dict[str, set[str]] = {}
        self._bearers: dict[str, str] = {}
        self.looked_up: list[list[str]] = []
        """The references in each call of the catalog."""
        self._key, self._plugin_key = ec_key("user-key-1"), ec_key("scaffolder-key-1")
        self.token_keys, self.catalog, self.permissions = Condition(), Condition(), Condition()
        self._router = self._routes()
        backend.application = catalog_backend.application = self
        self.comes_back()

    @property
    def url(self) -> str:
        return self._backend.url

    @property
    def catalog_url(self) -> str:
        return self._catalog_backend.url

    def comes_back(self, *, with_new_keys: bool = False) -> None:
        """Start it again, optionally without the previous keys."""
        if with_new_keys:
            self._key = ec_key(f"{self._key.kid}+")
        self._backend.start()
        self._catalog_backend.start()

    def is_killed(self) -> None:
        self._backend.stop()
        self._catalog_backend.stop()

    def loses_its_catalog(self) -> None:
        """Stop only the backend of the catalog."""
        self._catalog_backend.stop()

    def knows(self, name: str, *groups: str, **profile: str) -> None:
        """Add a user to the catalog, in the namespace `default` or the one in `name`."""
        self._entities[full("user", name)] = user_entity(name, groups, profile)

    def knows_group(self, name: str, *parents: str) -> None:
        self._entities[full("group", name)] = group_entity(name, parents)

    def forgets(self, name: str) -> None:
        del self._entities[full("user", name)]

    def denies(self, name: str, *permissions: str) -> None:
        self._denied[full("user", name)] = set(permissions)

    def token_of(self, name: str, **claims: Any) -> str:
        """Return a user token as Backstage issues at sign-in, valid for an hour. `claims` override its claims."""
        said = {"iss": ISSUER, "sub": full("user", name), "aud": "backstage", **self._an_hour()}
        token = _signed(self._key, "vnd.backstage.user", said | claims)
        self._bearers[token] = full("user", name)
        return token

    def token_with_key_id(self, kid: str) -> str:
        """Return a token with a key id that Backstage does not know."""
        said = {"iss": ISSUER, "sub": "user:default/jane", "aud": "backstage", **self._an_hour()}
        return _signed(ec_key(kid), "vnd.backstage.user", said)

    def plugin_token_for(self, name: str) -> str:
        """Return the token that another plugin sends on behalf of a person."""
        obo = {"sub": full("user", name), **self._an_hour()}
        limited = _signed(self._key, "vnd.backstage.limited-user", obo)
        said = {"sub": "scaffolder", "aud": "litellm", "obo": limited, **self._an_hour()}
        return _signed(self._plugin_key, "vnd.backstage.plugin", said)

    def plugin_token_of(self, plugin: str) -> str:
        """Return a token that claims to be from this plugin, signed with a key unknown to Backstage."""
        return _signed(
            ec_key("made-up"), "vnd.backstage.plugin", {"sub": plugin, "aud": "litellm", **self._an_hour()}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def _routes(self) -> Router:
        get, post = ["GET"], ["POST"]
        return Router(
            [
                Route("/api/auth/.well-known/jwks.json", self.token_keys.of(self._user_keys), methods=get),
                Route("/api/scaffolder/.backstage/auth/v1/jwks.json", self._plugin_keys, methods=get),
                Route("/api/catalog/entities/by-refs", self.catalog.of(self._by_refs), methods=post),
                Route("/api/permission/authorize", self.permissions.of(self._authorize), methods=post),
            ]
        )

    async def _user_keys(self, _: Request) -> Response:
        return JSONResponse(published(self._key))

    async def _plugin_keys(self, _: Request) -> Response:
        return JSONResponse(published(self._plugin_key))

    async def _by_refs(self, request: Request) -> Response:
        if _bearer(request) != CATALOG_TOKEN:
            return _not_let_in()
        refs = (await request.json())["entityRefs"]
        self.looked_up.append(refs)
        return JSONResponse({"items": [self._entities.get(ref) for ref in refs]})

    async def _authorize(self, request: Request) -> Response:
        person = self._bearers.get(_bearer(request))
        if person is None:
            return _not_let_in()
        denied = self._denied.get(person, set())
        asked = [(item["id"], item["permission"]["name"]) for item in (await request.json())["items"]]
        items = [{"id": id_, "result": "DENY" if name in denied else "ALLOW"} for id_, name in asked]
        return JSONResponse({"items": items})

    def _an_hour(self) -> dict[str, int]:
        return {"iat": self._clock.timestamp, "exp": self._clock.timestamp + 3600}


def _signed(key: ECKey, typ: str, claims: dict[str, Any]) -> str:
    return signed(key, {"typ": typ, "alg": "ES256", "kid": key.kid}, claims)


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _not_let_in() -> Response:
    return JSONResponse({"error": {"name": "AuthenticationError"}}, 401)
