"""Turns every exception into a problem response: Keydesk's, FastAPI's, LiteLLM's, and unexpected ones."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.access_events import MISSING_PERMISSION
from keydesk.http.request_limits import MAX_BODY_BYTES
from keydesk.http.upstream_problems import problem_of
from keydesk.kit.messages import message
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import (
    BodyTooLarge,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PermissionMissing,
    Problem,
    StorageUnavailable,
    Unexpected,
)
from keydesk.kit.redaction import redacted
from keydesk.litellm import LiteLLMError
from keydesk.storage.database import STORAGE_FAILURES

_log = structlog.get_logger(__name__)
_NAME_LENGTH = 80


def install_problem_handlers(app: FastAPI) -> None:
    """Register a handler for each exception that a route may raise. `UnexpectedErrorMiddleware` handles the rest."""
    app.add_exception_handler(Problem, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(LiteLLMError, _upstream)
    for failure in STORAGE_FAILURES:
        app.add_exception_handler(failure, _storage)


async def _ours(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)  # noqa: S101 - Starlette's signature is wider than its promise
    if isinstance(exc, PermissionMissing):
        request.scope[MISSING_PERMISSION] = exc.members["permission"]
    return problem_response(exc)


async def _upstream(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, LiteLLMError)  # noqa: S101 - see above
    problem = problem_of(exc)
    _log.warning("litellm_call_failed", kind=type(exc).__name__, status=problem.status)
    return problem_response(problem)


async def _storage(_: Request, exc: Exception) -> Response:
    _log.error("storage_unavailable", kind=type(exc).__name__)
    return problem_response(StorageUnavailable())


async def _framework(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101 - see above
    known: dict[int, Problem] = {
        400: MalformedRequest(message("The request body could not be read.")),
        404: NotFound(message("There is nothing at this address.")),
        405: MethodNotAllowed(message("This address does not support this method.")),
        413: BodyTooLarge(MAX_BODY_BYTES),
    }
    answer = problem_response(
        known.get(exc.status_code, MalformedRequest(message("The request was refused.")))
    )
    for name, value in (exc.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _invalid(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)  # noqa: S101 - see above
    return problem_response(validation_problem(exc.errors()))


def validation_problem(errors: Sequence[Any]) -> Problem:
    """Return one problem for Pydantic's errors. It lists each invalid field and what was expected, never the value."""
    if errors[0]["type"] == "json_invalid":
        return MalformedRequest(message("The request body is not valid JSON."))
    faults = [{"param": _field(error["loc"]), "expected": _expectation(error)} for error in errors]
    first = faults[0]
    return InvalidRequest(message("%(param)s: %(expected)s", **first), param=first["param"], errors=faults)


def _field(location: Sequence[str | int]) -> str:
    """Return `("body", "metadata", "a")` as `metadata.a`, shortened and printable: callers can choose field names."""
    parts = [str(part) for part in location[1:]] or [str(location[0])]
    # A key in the place of a field name must not be in the response.
    name = redacted(".".join(parts))[:_NAME_LENGTH]
    return "".join(character if character.isprintable() else "?" for character in name)


def _expectation(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field"
    message = str(error["msg"])
    return message.removeprefix("Value error, ").removeprefix("Input ").strip()


class UnexpectedErrorMiddleware:
    """Logs an unexpected exception and sends a 500, unless the response has started.

    It runs inside the other middleware, so that the response has their headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_noting_begin(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting_begin)
        except Exception as exc:
            _log.error("unexpected_error", exc_info=exc)
            if begun:
                raise
            await problem_response(Unexpected())(scope, receive, send)
