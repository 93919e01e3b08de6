"""The steps of a call: parse, authenticate, check access and body, handle it in one transaction, respond.

All errors are rendered here; handlers only raise.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from keydesk_sandbox.auth import RefusedCallerError, authenticate
from keydesk_sandbox.call import Access, Answer, Call, Caller, Endpoint, Gateway, Request
from keydesk_sandbox.errors import GatewayError, InvalidError, ProxyError
from keydesk_sandbox.permissions import refusal
from keydesk_sandbox.rows import Database
from keydesk_sandbox.spending.failures import record_refused_key
from keydesk_sandbox.spending.settling import settle
from keydesk_sandbox.storage import Store
from keydesk_sandbox.validation import validated

_TOO_LARGE = Answer(
    ProxyError(500, str({"error": "Internal Server Error."}), "internal_server_error").body(), 500
)
"""LiteLLM's error for numbers that its database cannot store."""

_NOBODY = Caller(token="", user_id=None, role=None)


def serve(endpoint: Endpoint, gateway: Gateway, store: Store) -> Callable[[HttpRequest], Awaitable[Response]]:
    """Return the Starlette endpoint for one route."""

    async def respond(http: HttpRequest) -> Response:
        request = await _read(http)
        now = gateway.config.clock()
        if endpoint.settles or gateway.ledger.is_due(now):
            await store.write(lambda db: settle(db, gateway, now, everything=endpoint.settles))
        transact = store.write if endpoint.writes else store.read
        try:
            answer = await transact(lambda db: _handle(db, endpoint, gateway, (request, now)))
        except GatewayError as error:
            return rendered(Answer(error.body(), error.status, error.headers))
        except OverflowError:
            return rendered(_TOO_LARGE)
        return rendered(answer)

    return respond


async def _read(http: HttpRequest) -> Request:
    return Request(
        method=http.method,
        path=http.url.path,
        query=http.query_params,
        query_string=http.url.query,
        path_params=http.path_params,
        headers=http.headers,
        content=await http.body(),
    )


def rendered(answer: Answer) -> Response:
    """Convert an answer to an HTTP response."""
    content = answer.content
    if answer.media_type == "application/json":
        content = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, answer.status, dict(answer.headers), answer.media_type)


def _handle(db: Database, endpoint: Endpoint, gateway: Gateway, arrival: tuple[Request, datetime]) -> Answer:
    request, now = arrival
    payload = _payload(endpoint, request)
    try:
        caller = _NOBODY
        if endpoint.access is not Access.OPEN:
            caller = authenticate(db, request, gateway, now)
    except RefusedCallerError as refused:
        call = Call(request, gateway, db, refused.caller, now)
        record_refused_key(call, endpoint, refused.refusal)
        raise refused.refusal from refused
    call = Call(request, gateway, db, caller, now)
    denied = refusal(caller, endpoint)
    if denied is not None:
        raise denied
    result = endpoint.handle(call, _body(endpoint.body, payload)) if endpoint.body else endpoint.handle(call)
    return result if isinstance(result, Answer) else Answer(result)


def _payload(endpoint: Endpoint, request: Request) -> Any:
    """Return the decoded body of an endpoint that has one. FastAPI refuses invalid JSON before anything else."""
    if endpoint.body is None or not request.content:
        return None
    try:
        payload = json.loads(request.content)
    except ValueError as error:
        position = getattr(error, "pos", 0)
        fault = {"type": "json_invalid", "loc": ["body", position], "msg": "JSON decode error"}
        raise InvalidError([fault]) from error
    if not isinstance(payload, dict):
        raise _not_json("expected an object")
    if not _is_text(payload):
        raise _not_json("no low surrogate in string")
    return payload


def _is_text(payload: dict[str, Any]) -> bool:
    """Return whether all strings can be encoded; JSON may contain lone surrogates."""
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_json(reason: str) -> ProxyError:
    text = f"Invalid JSON payload: {reason}"
    return ProxyError(400, text, "invalid_request_error", "request_body")


def _body(model: type[BaseModel] | None, payload: Any) -> BaseModel | None:
    """Return the validated body, or raise FastAPI's 422."""
    if model is None:
        return None
    if payload is None:
        raise InvalidError([{"type": "missing", "loc": ["body"], "msg": "Field required"}])
    return validated(model, payload)
