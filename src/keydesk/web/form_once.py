"""Accepts each form once, so that reloading the response or going back does not repeat the change.

The form and a cookie contain the same random token. The cookie gets a new token after the change. CSRF protection
is separate (`kit/origins.py`).
"""

import re
import secrets

from fastapi import Request, Response

from keydesk.auth.session_cookie import read_text_cookie, set_cookie
from keydesk.kit.messages import message
from keydesk.kit.problems import Conflicting

FIELD = "form_mark"
_COOKIE = "keydesk_form"
_MARK = re.compile(r"[A-Za-z0-9_-]{22}")


def mark_for(request: Request) -> str:
    """Return the token for a form: the browser's current one, which its tabs share, or a new one."""
    held = read_text_cookie(request.scope, _COOKIE)
    return held if held and _MARK.fullmatch(held) else secrets.token_urlsafe(16)


def check_not_sent_before(request: Request, mark: object) -> None:
    """Raise Conflicting unless the token is the browser's current one."""
    if mark != read_text_cookie(request.scope, _COOKIE):
        raise Conflicting(
            message("This form was already submitted, here or in another tab."),
            hint=message(
                "The new key is in your list of keys. Its secret was shown once and cannot be shown again."
            ),
        )


def hand_out(request: Request, answer: Response, mark: str) -> None:
    """Set the token's cookie until the browser closes."""
    set_cookie(answer, request.scope, _COOKIE, mark)


def replace_mark(request: Request, answer: Response) -> None:
    """Set a new token, so that no copy of the form is accepted again."""
    hand_out(request, answer, secrets.token_urlsafe(16))
