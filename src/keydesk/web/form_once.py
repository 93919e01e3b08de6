"""Lets a form be sent once: reloading its answer, or going back to it, does nothing a second time.

The form and a cookie carry the same random mark, and the cookie's is replaced when the form has had its
effect. It does not keep other sites out; `kit/origins.py` does.
"""

import re
import secrets

from fastapi import Request, Response

from keydesk.auth.session_cookie import read_text_cookie, set_cookie
from keydesk.kit.problems import Conflicting

FIELD = "form_mark"
_COOKIE = "keydesk_form"
_MARK = re.compile(r"[A-Za-z0-9_-]{22}")


def mark_for(request: Request) -> str:
    """The mark to put into a form: the one this browser has, so that all its tabs agree, or a new one."""
    held = read_text_cookie(request.scope, _COOKIE)
    return held if held and _MARK.fullmatch(held) else secrets.token_urlsafe(16)


def check_not_sent_before(request: Request, mark: object) -> None:
    """Raises Conflicting for a mark that is not the browser's current one."""
    if mark != read_text_cookie(request.scope, _COOKIE):
        raise Conflicting(
            "This form, or one in another tab, was sent before.",
            hint="The key it made is in your list; its secret was shown then and cannot be shown again.",
        )


def hand_out(request: Request, answer: Response, mark: str) -> None:
    """Let the browser hold `mark` from now on, until it is closed."""
    set_cookie(answer, request.scope, _COOKIE, mark)


def replace_mark(request: Request, answer: Response) -> None:
    """The form has had its effect: let no copy of it be sent again."""
    hand_out(request, answer, secrets.token_urlsafe(16))
