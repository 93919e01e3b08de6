"""Renders a template as an answer: one page with everything that surrounds it, in the person's locale and theme."""

import gzip
import json
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from keydesk.api.dependencies import services_of
from keydesk.auth.csrf import HEADER, csrf_token
from keydesk.auth.session_cookie import BROWSER, read_cookie, set_cookie
from keydesk.web.assets import Assets, assets
from keydesk.web.formats import FILTERS, in_locale
from keydesk.web.locales import locale_of
from keydesk.web.messages import said
from keydesk.web.navigation import entries_for
from keydesk.web.page_views import PAGE_VIEWS, PageViews
from keydesk.web.theme import theme_of

_TEMPLATES = Path(__file__).parent / "templates"
_WORTH_COMPRESSING = 1000
_HTMX_CONFIG = {"includeIndicatorCSS": False, "history": "reload", "defaultTimeout": 30_000}
_BROWSER_KEPT = 400 * 24 * 3600


class Pages:
    """The templates, and the files they name."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= FILTERS
        self._environment.globals |= {"asset": assets.url, "htmx_config": json.dumps(_HTMX_CONFIG)}

    def rendered(self, template: str, context: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(context)


@cache
def _pages() -> Pages:
    """Templates are the same for every application of a process."""
    return Pages(assets())


def csrf_basis(request: Request) -> str | None:
    """The secret of this browser that its tokens depend on, or None for one that has no cookie of ours yet."""
    session = request.scope.get("session")
    return session.id.get_secret_value() if session else read_cookie(request.scope, BROWSER)


async def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """The template as an answer. Every text in it is escaped; `context` is what the template needs of its own."""
    views: PageViews | None = request.scope.get(PAGE_VIEWS)
    basis = csrf_basis(request) or secrets.token_urlsafe(32)
    token = csrf_token(basis)
    context |= {
        "principal": request.scope.get("principal"),
        "session": request.scope.get("session"),
        "csrf": token,
        "htmx_headers": json.dumps({HEADER: token}),
        "navigation": await entries_for(request),
        "done": said(request.query_params.get("done")),
        "as_of": views.as_of if views else None,
    }
    answer = _answer(request, template, status, context)
    if csrf_basis(request) is None:
        set_cookie(answer, request.scope, BROWSER, basis, _BROWSER_KEPT)
    return answer


def bare_page(request: Request, template: str, *, status: int, **context: Any) -> Response:
    """The template without anything that would have to be asked for: it names nobody and has no forms."""
    context |= dict.fromkeys(("principal", "session", "csrf", "htmx_headers", "navigation", "done", "as_of"))
    return _answer(request, template, status, context)


def _answer(request: Request, template: str, status: int, context: dict[str, Any]) -> Response:
    locale = locale_of(request)
    context |= {
        "demo": services_of(request).settings.demo.enabled,
        "locale": str(locale).replace("_", "-"),
        "theme": theme_of(request),
        "path": request.url.path,
    }
    with in_locale(locale):
        return _compressed(request, _pages().rendered(template, context), status)


def go_to(request: Request, path: str, done: str | None = None) -> Response:
    """Where a form that had its effect leads. `done` is a name of `web/messages.py`, told at the top of that page.

    A script that follows a redirect would put the page into the dialog, so htmx is told to go there itself.
    """
    address = f"{path}{'&' if '?' in path else '?'}done={done}" if done else path
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _compressed(request: Request, text: str, status: int) -> Response:
    content, headers = text.encode(), {"vary": "accept-encoding"}
    if len(content) >= _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = gzip.compress(content, 5, mtime=0), "gzip"
    return HTMLResponse(content, status_code=status, headers=headers)
