"""Renders pages: templates, formats and the HTML form of problems."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from keydesk.http.problem_handlers import validation_problem
from keydesk.http.upstream_problems import problem_of
from keydesk.litellm import LiteLLMError
from keydesk.observability.request_context import current_request
from keydesk.problems import MalformedRequest, NotSignedIn, Problem, StorageUnavailable, Unexpected
from keydesk.storage.database import STORAGE_FAILURES

_log = structlog.get_logger(__name__)
_HERE = Path(__file__).parent
_CENT = 0.01


def usd(amount: float | None) -> str:
    """An amount in US dollars; what is less than a cent is shown to the millionth."""
    if amount is None:
        return "no limit"
    return f"${amount:,.2f}" if amount == 0 or amount >= _CENT else f"${amount:.6f}"


def moment(at: dt.datetime) -> str:
    return f"{day(at)}, {at:%H:%M} UTC"


def day(at: dt.date) -> str:
    return f"{at.day} {at:%b %Y}"


def away(at: dt.datetime, now: dt.datetime) -> str:
    """How far off a day is, by the calendar in UTC."""
    days = (at.date() - now.date()).days
    if days == 0:
        return "today"
    count = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    return f"in {count}" if days > 0 else f"{count} ago"


def some(names: Iterable[str], at_most: int) -> str:
    """The first names, and how many more there are."""
    listed = list(names)
    more = len(listed) - at_most
    return ", ".join(listed[:at_most]) + (f" and {more} more" if more > 0 else "")


def initials(name: str) -> str:
    """One or two letters that stand for a person."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_environment.filters |= {each.__name__: each for each in (usd, moment, day, away, some, initials)}


def static_files() -> StaticFiles:
    return StaticFiles(directory=_HERE / "static")


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The template as an answer. Every text in it is escaped."""
    context |= {"demo": request.app.state.demo, "principal": request.scope.get("principal")}
    return HTMLResponse(_environment.get_template(template).render(context), status_code=status)


def _explained(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, LiteLLMError):
        return problem_of(error)
    if isinstance(error, STORAGE_FAILURES):
        return StorageUnavailable()
    if isinstance(error, RequestValidationError):
        return validation_problem(error.errors())
    if isinstance(error, HTTPException):
        return MalformedRequest("The form could not be read.")
    _log.error("unexpected_error", exc_info=error)
    return Unexpected()


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """What went wrong, what to do next, and what to quote when asking for help."""
    request_id = current_request().request_id
    answer = page(request, "problem.html", status=problem.status, problem=problem, request_id=request_id)
    if problem.retry_after_seconds is not None:
        answer.headers["retry-after"] = str(problem.retry_after_seconds)
    return answer


class PageRoute(APIRoute):
    """A route whose problems are pages: a stranger is sent to the sign-in, anything else is explained."""

    def get_route_handler(self) -> Callable[..., Any]:
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            try:
                answer: Response = await handle(request)
            except Exception as error:  # noqa: BLE001 - a person gets a page, whatever went wrong
                if isinstance(error, NotSignedIn) and request.app.state.demo:
                    return RedirectResponse("/sign-in", status_code=303)
                return problem_page(request, _explained(error))
            return answer

        return handle_as_page
