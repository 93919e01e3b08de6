"""Renders templates as pages with navigation and messages, in the reader's language and theme."""

import gzip
import json
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse

from keydesk.api.dependencies import services_of
from keydesk.auth.csrf import HEADER, csrf_token
from keydesk.auth.session_cookie import BROWSER, read_cookie, set_cookie
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.web.assets import Assets, assets
from keydesk.web.flash_message import FlashMessage, drop_message, leave_message, message_for
from keydesk.web.form_drafts import shows_draft
from keydesk.web.formats import FILTERS
from keydesk.web.language import LANGUAGES, N_, gettext, in_locale, locale_of, ngettext
from keydesk.web.next_page import own_path, requested_path
from keydesk.web.page_views import PAGE_VIEWS, PageViews
from keydesk.web.preference import PATTERNS, SINGLE_KEYS, THEME
from keydesk.web.time_zone import chosen_zone, in_zone, zone_of

_TEMPLATES = Path(__file__).parent / "templates"
_WORTH_COMPRESSING = 1000
_HTMX_CONFIG = {"includeIndicatorCSS": False, "history": "reload", "defaultTimeout": 30_000}
_BROWSER_KEPT = 400 * 24 * 3600
_VARY = "accept-encoding, accept-language, cookie"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the header. `is_for` runs for every page, so it must not call LiteLLM. `label` is a message id."""

    path: str
    label: str
    is_for: Callable[[Request, Person], Awaitable[bool]]


async def everybody(_request: Request, _person: Person) -> bool:
    return True


async def with_playground(request: Request, _person: Person) -> bool:
    return services_of(request).settings.litellm.playground


async def with_requests(request: Request, _person: Person) -> bool:
    return services_of(request).settings.requests.enabled


async def auditors(request: Request, person: Person) -> bool:
    included: bool = await services_of(request).auditors.include(
        VerifiedCaller(person, request.scope["token"])
    )
    return included


ADMIN_PAGES = (
    Entry("/admin", N_("Health"), auditors),
    Entry("/admin/provisioning", N_("Provisioning"), auditors),
    Entry("/admin/accounts", N_("Accounts"), auditors),
    Entry("/admin/keys", N_("All keys"), auditors),
    Entry("/admin/adopt", N_("Adopt keys"), auditors),
    Entry("/admin/findings", N_("Findings"), auditors),
    Entry("/admin/statements", N_("Statements"), auditors),
    Entry("/admin/notices", N_("Notices"), auditors),
    Entry("/admin/configuration", N_("Configuration"), auditors),
)
"""The tabs of the administration."""
ENTRIES = (
    Entry("/", N_("Home"), everybody),
    Entry("/keys", N_("Keys"), everybody),
    Entry("/usage", N_("Usage"), everybody),
    Entry("/teams", N_("Teams"), everybody),
    Entry("/models", N_("Models"), everybody),
    Entry("/requests", N_("Approvals"), with_requests),
    Entry("/playground", N_("Playground"), with_playground),
    Entry("/audit", N_("Audit log"), auditors),
    Entry("/admin", N_("Admin"), auditors),
)


class Pages:
    """The templates with their filters, their files and the catalogues."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._environment.filters |= FILTERS
        self._environment.globals |= {
            "admin_pages": lambda: _translated(ADMIN_PAGES),
            "asset": assets.url,
            "htmx_config": json.dumps(_HTMX_CONFIG),
        }

    def rendered(self, template: str, context: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(context)


@cache
def _pages() -> Pages:
    """Return the templates, shared by all applications in a process."""
    return Pages(assets())


def rendered_text(template: str, **context: Any) -> str:
    """Render a template outside of a request, in the current locale. Only `.html` templates escape values."""
    return _pages().rendered(template, context)


def csrf_basis(request: Request) -> str | None:
    """Return the secret of this browser's CSRF tokens, or None without a session or pre-session cookie."""
    session = request.scope.get("session")
    return session.id.get_secret_value() if session else read_cookie(request.scope, BROWSER)


async def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render the template with the header, the person's navigation and messages. Values are escaped."""
    views: PageViews | None = request.scope.get(PAGE_VIEWS)
    basis = csrf_basis(request) or secrets.token_urlsafe(32)
    token = csrf_token(basis)
    context |= {
        "signed_in_as": await _signed_in_as(request),
        "session": request.scope.get("session"),
        "csrf": token,
        "htmx_headers": json.dumps({HEADER: token}),
        "navigation": await entries_of(request),
        "message": message_for(request),
        "restored": shows_draft(request) and template != "problem.html",
        "as_of": views.as_of if views else None,
        "away": template != "problem.html" and _is_away(request, views),
    }
    answer = _answer(request, template, status, context)
    drop_message(request, answer)
    if csrf_basis(request) is None:
        set_cookie(answer, request.scope, BROWSER, basis, _BROWSER_KEPT)
    return answer


def _is_away(request: Request, views: PageViews | None) -> bool:
    """Return whether LiteLLM is known to be unavailable, so that changes cannot work. Makes no call."""
    is_known_person = request.scope.get("principal") is not None
    return is_known_person and (bool(views and views.as_of) or services_of(request).health.litellm_is_away)


def bare_page(request: Request, template: str, *, status: int, **context: Any) -> Response:
    """Render the template without navigation and forms. Makes no calls."""
    context |= dict.fromkeys(
        (
            "signed_in_as",
            "session",
            "csrf",
            "htmx_headers",
            "navigation",
            "message",
            "restored",
            "as_of",
            "away",
        )
    )
    return _answer(request, template, status, context)


def requestable_kinds(request: Request) -> Collection[str]:
    """Return the kinds of requests that people can make."""
    settings = services_of(request).settings.requests
    return settings.kinds if settings.enabled else ()


def _answer(request: Request, template: str, status: int, context: dict[str, Any]) -> Response:
    locale = locale_of(request)
    context |= {
        "demo": services_of(request).settings.demo.enabled,
        "request_kinds": requestable_kinds(request),
        "has_machines": services_of(request).machines.are_enabled,
        "has_notices": services_of(request).settings.notices.has_channels,
        "language": locale.language,
        "languages": LANGUAGES,
        "locale": str(locale).replace("_", "-"),
        "time_zone": chosen_zone(request),
        "direction": locale.text_direction,
        "theme": THEME.of(request),
        "patterns": PATTERNS.of(request),
        "single_keys": SINGLE_KEYS.of(request),
        "path": request.url.path,
        "here": own_path(requested_path(request)) if request.method == "GET" else request.url.path,
    }
    with in_locale(locale), in_zone(zone_of(request)):
        answer = compressed(request, _pages().rendered(template, context), status)
    answer.headers["content-language"] = locale.language
    return answer


async def _signed_in_as(request: Request) -> str | None:
    principal = request.scope.get("principal")
    if not isinstance(principal, Person):
        return None
    return await services_of(request).people_names.of_caller(principal)


async def entries_of(request: Request) -> list[Entry]:
    """Return the navigation of the signed-in person, empty without one."""
    principal = request.scope.get("principal")
    if not isinstance(principal, Person):
        return []
    return _translated([entry for entry in ENTRIES if await entry.is_for(request, principal)])


def _translated(entries: Iterable[Entry]) -> list[Entry]:
    return [replace(entry, label=gettext(entry.label)) for entry in entries]


async def pages_of(request: Request) -> list[Entry]:
    """Return the navigation followed by the tabs of the administration, which have its name in their label."""
    entries = await entries_of(request)
    if not any(entry.path == ADMIN_PAGES[0].path for entry in entries):
        return entries
    tabs = _translated(ADMIN_PAGES[1:])
    return [*entries, *(replace(tab, label=f"{gettext('Admin')}: {tab.label}") for tab in tabs)]


def go_to(request: Request, path: str, message: FlashMessage | None = None) -> Response:
    """Redirect after a form. The next page shows `message` once.

    htmx would insert the redirect's target into the dialog, so it gets a header that loads the page instead.
    """
    if request.headers.get("hx-request") == "true":
        answer = Response(status_code=204, headers={"HX-Redirect": path})
    else:
        answer = RedirectResponse(path, status_code=303)
    if message is not None:
        leave_message(request, answer, message)
    return answer


def compressed(
    request: Request, text: str, status: int = 200, media_type: str = HTMLResponse.media_type
) -> Response:
    """Return the text, compressed if the browser accepts it and it is long enough."""
    content, headers = text.encode(), {"vary": _VARY}
    if len(content) >= _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = gzip.compress(content, 5, mtime=0), "gzip"
    return Response(content, status_code=status, headers=headers, media_type=media_type)
