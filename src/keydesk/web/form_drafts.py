"""Keeps what was typed in a form that could not be answered with the form itself.

That happens while LiteLLM is away, after the session has expired, and if a limit refuses the request. The browser keeps
the fields in an encrypted cookie of the person who typed them. The form shows them once, with a new CSRF token.
Nothing is sent again automatically.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path

from keydesk.api.dependencies import services_of
from keydesk.auth.csrf import FIELD
from keydesk.auth.session_cookie import MAX_SEALED_CHARACTERS, drop_cookie, read_text_cookie, set_cookie
from keydesk.kit.people import Person
from keydesk.web import form_once
from keydesk.web.next_page import own_path, requested_path
from keydesk.web.session_owner import sender_of_form

_COOKIE = "keydesk_draft"
_SHOWN = "form_draft_shown"
_NOT_TYPED = {FIELD, form_once.FIELD}
_FORMS = {
    compile_path(path)[0]: suffix
    for path, suffix in {
        "/keys": "/new",
        "/keys/{key_id}/edit": "",
        "/requests": "/new",
        "/teams": "/new",
        "/teams/{team_id}/edit": "",
        "/teams/{team_id}/members": "/new",
        "/teams/{team_id}/service-keys": "/new",
        "/teams/{team_id}/service-keys/{key_id}/edit": "",
        "/teams/{team_id}/service-keys/{key_id}/contacts": "",
        "/teams/{team_id}/knowledge-bases": "",
        "/teams/{team_id}/mcp-servers": "",
    }.items()
}
"""Where forms without secrets are sent, and what their page has in addition to that path."""
_READ_BYTES = 16 * 1024
"""More than this does not fit in a cookie."""
_READ_SECONDS = 1.0


def form_page(request: Request) -> str | None:
    """Return the page of the form that was sent, or None if its fields are not kept."""
    path = requested_path(request).partition("?")[0]
    suffix = next((suffix for form, suffix in _FORMS.items() if form.fullmatch(path)), None)
    if request.method != "POST" or suffix is None:
        return None
    return own_path(path + suffix, "") or None


@dataclass(frozen=True, slots=True)
class Draft:
    """The encrypted fields of a form, and the page of the form."""

    page: str
    sealed: str


async def draft_sent(request: Request, ref: str | None) -> Draft | None:
    """Return the fields of this request for the person with this reference.

    None if this is not a form whose fields are kept, or if they do not fit in a cookie.
    """
    page = form_page(request)
    if page is None or ref is None:
        return None
    claims = {"for": ref, "page": page, "fields": await _typed(request)}
    sealed = services_of(request).sealed_cookies.drafts.seal(claims)
    return Draft(page, sealed) if len(sealed) <= MAX_SEALED_CHARACTERS else None


async def draft_refused(request: Request) -> Draft | None:
    """Return the fields of a form that was refused before its body was read, for the person of its session.

    This calls no service, and neither reads long bodies nor waits for slow clients.
    """
    length = request.headers.get("content-length", "")
    if form_page(request) is None or not length.isdecimal() or int(length) > _READ_BYTES:
        return None
    try:
        async with asyncio.timeout(_READ_SECONDS):
            return await draft_sent(request, await sender_of_form(request))
    except (TimeoutError, ClientDisconnect):
        return None


def keep_draft(request: Request, answer: Response, draft: Draft) -> None:
    seconds = int(services_of(request).sealed_cookies.drafts.lifetime.total_seconds())
    set_cookie(answer, request.scope, _COOKIE, draft.sealed, seconds)


def draft_of(request: Request) -> FormData | None:
    """Return what this person typed in the form of this page before, or None."""
    claims = services_of(request).sealed_cookies.drafts.open(read_text_cookie(request.scope, _COOKIE))
    principal = request.scope.get("principal")
    if claims is None or not isinstance(principal, Person):
        return None
    if claims["for"] != principal.ref or claims["page"] != requested_path(request).partition("?")[0]:
        return None
    request.scope[_SHOWN] = True
    return FormData([(name, value) for name, value in claims["fields"]])


def shows_draft(request: Request) -> bool:
    return bool(request.scope.get(_SHOWN))


def drop_draft(request: Request, answer: Response) -> None:
    """Delete the draft after its form was shown, or was sent and answered."""
    is_over = shows_draft(request) or form_page(request) is not None
    if is_over and read_text_cookie(request.scope, _COOKIE) is not None:
        drop_cookie(answer, request.scope, _COOKIE)


async def _typed(request: Request) -> list[tuple[str, str]]:
    try:
        fields: Iterable[tuple[str, object]] = (await request.form()).multi_items()
    except HTTPException:
        return []
    return [(name, value) for name, value in fields if isinstance(value, str) and name not in _NOT_TYPED]
