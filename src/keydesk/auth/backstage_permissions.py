"""Backstage's permission service decides: asked with the caller's own token, and no answer means no.

It accepts a person's own user token and nothing else that reaches us (observed with permission-backend 0.7.16):

- a user token (`typ vnd.backstage.user`): answers for that person;
- a plugin token made for us (`aud litellm`), on behalf of a person or not: 401, for it is bound to its audience;
- the limited user token inside (`obo`), as a bearer token or cookie: 401, it only reads `/api/auth/v1/userinfo`;
- our own external-access token: 403, the service gives no decision about a third person.

So a caller with any other credential (a plugin on behalf of a person, an OpenID token, the demo's) has no permission
here, and that credential is never sent to Backstage. `ByCredential` in `permission_assembly.py` names who decides
instead. A plugin that wants to change something for a person forwards the person's own token.
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
_REMEMBERED_FOR = timedelta(seconds=10)
_REMEMBERED_CALLERS = 10_000
_PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class BackstagePermissions:
    """All our permissions are asked for in one call for a caller and remembered for ten seconds.

    While the service is down everything is denied, without asking it more often than every two seconds.
    `base_url` is Backstage's backend.
    """

    def __init__(self, http_client: HttpClient, base_url: str, clock: Clock) -> None:
        self._http_client = http_client
        self._url = f"{base_url.rstrip('/')}/api/permission/authorize"
        self._recent: TTLCache[bytes, Allowed, datetime] = TTLCache(
            _REMEMBERED_CALLERS, _REMEMBERED_FOR, clock
        )
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
        allowed = self._recent.get(digest)
        if allowed is not None:
            return allowed
        if self._outage.is_paused:
            return NOTHING
        return await self._calls.run(digest, lambda: self._ask(digest, token))

    async def _ask(self, digest: bytes, token: str) -> Allowed:
        try:
            allowed = await self._answer(token)
        except (HttpClientError, _OddAnswerError) as failure:
            self._outage.failed(str(failure))
            return NOTHING
        self._outage.answered()
        self._recent[digest] = allowed
        return allowed

    async def _answer(self, token: str) -> Allowed:
        reply = await self._http_client.post(
            self._url, _QUESTION, headers={"Authorization": f"Bearer {token}"}
        )
        if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            _log.warning("permission_service_refused_caller", status=reply.status)
            return NOTHING
        if reply.status != HTTPStatus.OK:
            raise _OddAnswerError(f"answers {reply.status}")
        return _decisions(reply.json)


def is_user_token(token: SecretStr) -> bool:
    """Whether a verified token is a person's own of Backstage, the one kind its permission service accepts."""
    read = read_token(token.get_secret_value())
    return read is not None and read.typ == _USER_TOKEN


class _OddAnswerError(Exception):
    """Not an answer the service is known to give."""


_QUESTION = {
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
    """What was answered with ALLOW, and with nothing else besides."""
    try:
        items = _Decisions.model_validate(answer).items
    except ValidationError:
        raise _OddAnswerError("answers in an unknown shape") from None
    allowed = {item.id for item in items if item.result == "ALLOW"}
    other = {item.id for item in items if item.result != "ALLOW"}
    return frozenset(permission for permission in Permission if permission.value in allowed - other)


class _Decision(BaseModel):
    id: str
    result: str


class _Decisions(BaseModel):
    items: list[_Decision]


def _digest(token: str) -> bytes:
    """What a decision is remembered by, so that no token outlives its request here."""
    return hashlib.sha256(token.encode()).digest()
