"""Remembers whose session a browser had, so that a form sent after the session has expired is not lost.

This is not a credential: it only names the person who may see again what was typed, after they have signed in.
"""

import hashlib

from fastapi import Request, Response
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from keydesk.api.dependencies import services_of
from keydesk.auth.csrf import FIELD, HEADER, is_csrf_token
from keydesk.auth.session_cookie import SESSION, drop_cookie, read_cookie, read_text_cookie, set_cookie
from keydesk.kit.people import Person
from keydesk.kit.problems import UntrustedOrigin

_COOKIE = "keydesk_session_owner"


def remember_owner(request: Request, answer: Response, session_id: SecretStr, person: Person) -> None:
    """Set the cookie with the person of a new session."""
    claims = {"for": person.ref, "session": _fingerprint(session_id.get_secret_value())}
    set_cookie(
        answer, request.scope, _COOKIE, services_of(request).sealed_cookies.session_owners.seal(claims)
    )


def forget_owner(request: Request, answer: Response) -> None:
    drop_cookie(answer, request.scope, _COOKIE)


async def sender_of_form(request: Request) -> str | None:
    """Return the person who sent this form from a page of their session, or None. The session may have expired.

    The form must have the CSRF token of that session and come from an allowed origin. Only cookies are read.
    """
    session_id = read_cookie(request.scope, SESSION) if request.method == "POST" else None
    services = services_of(request)
    claims = services.sealed_cookies.session_owners.open(read_text_cookie(request.scope, _COOKIE))
    if session_id is None or claims is None or claims["session"] != _fingerprint(session_id):
        return None
    try:
        services.origins.refuse_foreign_change(request.method, request.headers, is_ambient=True)
    except UntrustedOrigin:
        return None
    try:
        token = request.headers.get(HEADER) or (await request.form()).get(FIELD)
    except HTTPException:
        return None
    return str(claims["for"]) if is_csrf_token(token, session_id) else None


def _fingerprint(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
