"""Renders pages: templates, formats and the HTML form of problems."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from keydesk.http.upstream_problems import problem_of
from keydesk.litellm import LiteLLMError
from keydesk.problems import NotSignedIn, Problem, StorageUnavailable, Unexpected
from keydesk.storage.database import STORAGE_FAILURES

_log = structlog.get_logger(__name__)
_HERE = Path(__file__).parent
_CENT = 0.01


def usd(amount: float | None) -> str:
    """An amount in US dollars; what is less than a cent is shown to the millionth."""
    if amount is None:
        return "no limit"
    return f"${amount:,.2f}" if amount == 0 or amount >= _CENT else f"${amount:.6f}"


def moment(at: dt.datetime | None) -> str:
    return "never" if at is None else at.strftime("%Y-%m-%d %H:%M UTC")


def day(at: dt.datetime | None) -> str:
    return "never" if at is None else at.strftime("%Y-%m-%d")


_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_environment.filters |= {"usd": usd, "moment": moment, "day": day}


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
    _log.error("unexpected_error", exc_info=error)
    return Unexpected()


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
                problem = _explained(error)
                return page(request, "problem.html", status=problem.status, problem=problem)
            return answer

        return handle_as_page
