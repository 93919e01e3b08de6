"""Asks Backstage's permission service for decisions, with the caller's own token. No answer means DENY.

The service accepts only a user's own token (observed with permission-backend 0.7.16):
- a user token (`typ vnd.backstage.user`): decisions for that user;
- a plugin token for Keydesk (`aud litellm`), with or without a user: 401, because the audience does not match;
- the limited user token inside (`obo`), as a bearer token or cookie: 401, it is valid for `/api/auth/v1/userinfo`
  only;
- Keydesk's external-access token: 403, the service makes no decision about another user.

Callers with any other credential therefore have no permissions here, and Keydesk never sends that credential to
Backstage. `ByCredential` in `permission_assembly.py` selects the permissions for them. A plugin that makes changes
for a user must forward the user's own token.
"""

import hashlib
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from cachetools import TTLCache
from pydantic import BaseModel, SecretStr, ValidationError

from keydesk.auth.signed_token import read_token
from keydesk.kit.clock import Clock
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.http_client import HttpClient, HttpClientError
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.single_flight import SingleFlight

Allowed = frozenset[Permission]
NOTHING: Allowed = frozenset()
_USER_TOKEN = "vnd.backstage.user"  # noqa: S105 - a media type
_CACHE_LIFETIME = timedelta(seconds=10)
_MAX_CALLERS = 10_000
_PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class BackstagePermissions:
    """Requests all permissions of a caller in one call and caches the decisions for ten seconds.

    While the service is unavailable, every permission is denied and Keydesk retries at most every two seconds.
    `base_url` is the URL of Backstage's backend.
    """

    def __init__(self, http_client: HttpClient, base_url: str, clock: Clock) -> None:
        self._http_client = http_client
        self._url = f"{base_url.rstrip('/')}/api/permission/authorize"
        self._cache: TTLCache[bytes, Allowed, datetime] = TTLCache(_MAX_CALLERS, _CACHE_LIFETIME, clock)
        self._outage = FailureTracker("backstage permission service", clock, _PAUSE_SECONDS)
        self._calls: SingleFlight[bytes, Allowed] = SingleFlight()

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        if not is_user_token(caller.token):
            return False
        return permission in await self._allowed(caller.token.get_secret_value())

    async def aclose(self) -> None:
        """Cancel the running calls."""
        await self._calls.aclose()

    async def _allowed(self, token: str) -> Allowed:
        digest = _digest(token)
        allowed = self._cache.get(digest)
        if allowed is not None:
            return allowed
        if self._outage.is_paused:
            return NOTHING
        return await self._calls.run(digest, lambda: self._ask(digest, token))

    async def _ask(self, digest: bytes, token: str) -> Allowed:
        try:
            allowed = await self._answer(token)
        except (HttpClientError, _UnexpectedResponseError) as failure:
            self._outage.failed(str(failure))
            return NOTHING
        self._outage.answered()
        self._cache[digest] = allowed
        return allowed

    async def _answer(self, token: str) -> Allowed:
        reply = await self._http_client.post(
            self._url, _REQUEST_BODY, headers={"Authorization": f"Bearer {token}"}
        )
        if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            _log.warning("permission_service_refused_caller", status=reply.status)
            return NOTHING
        if reply.status != HTTPStatus.OK:
            raise _UnexpectedResponseError(f"returned {reply.status}")
        return _decisions(reply.json)


def is_user_token(token: SecretStr) -> bool:
    """Return whether a verified token is a Backstage user token, the only kind that the permission service accepts."""
    read = read_token(token.get_secret_value())
    return read is not None and read.typ == _USER_TOKEN


class _UnexpectedResponseError(Exception):
    """The permission service returned an unexpected response."""


_REQUEST_BODY = {
    "items": [
        {
            "id": permission.value,
            "permission": {
                "type": "basic",
                "name": permission.value,
                "attributes": {"action": permission.action},
            },
        }
        for permission in Permission
    ]
}


def _decisions(answer: Any) -> Allowed:
    """Return the permissions with ALLOW decisions only."""
    try:
        items = _Decisions.model_validate(answer).items
    except ValidationError:
        raise _UnexpectedResponseError("returned an unexpected response") from None
    allowed = {item.id for item in items if item.result == "ALLOW"}
    other = {item.id for item in items if item.result != "ALLOW"}
    return frozenset(permission for permission in Permission if permission.value in allowed - other)


class _Decision(BaseModel):
    id: str
    result: str


class _Decisions(BaseModel):
    items: list[_Decision]


def _digest(token: str) -> bytes:
    """Return the cache key of a token, so that the cache holds no tokens."""
    return hashlib.sha256(token.encode()).digest()
