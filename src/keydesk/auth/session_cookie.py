"""Cookies of the portal: the session id, and an id for browsers without a session.

Over https they are `__Host-` cookies, which other hosts and http pages cannot set. Plain http is for localhost
only: browsers reject `Secure` cookies from other hosts over http, so that sign-in would not work.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from keydesk.settings import Loopback

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_SEALED_CHARACTERS = 3_800
"""Browsers refuse cookies of more than 4,096 bytes, including their name and attributes."""
SESSION, BROWSER, SIGN_IN = "keydesk_session", "keydesk_browser", "keydesk_sign_in"


def read_cookie(scope: Scope, name: str) -> str | None:
    """Return the value of one of Keydesk's cookies if its format is valid."""
    value = read_text_cookie(scope, name)
    return value if value is not None and _FORM.fullmatch(value) else None


def read_text_cookie(scope: Scope, name: str) -> str | None:
    """Return the value of a cookie in any format."""
    cookies = cookie_parser("; ".join(Headers(scope=scope).getlist("cookie")))
    return cookies.get(_full_name(scope, name))


def set_cookie(answer: Response, scope: Scope, name: str, value: str, max_age: int | None = None) -> None:
    """Set a cookie for `max_age` seconds, or until the browser closes. Links from other sites send it, forms do not."""
    answer.set_cookie(
        _full_name(scope, name),
        value,
        max_age=max_age,
        path="/",
        secure=_is_secure(scope),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(answer: Response, scope: Scope, name: str) -> None:
    answer.delete_cookie(
        _full_name(scope, name), path="/", secure=_is_secure(scope), httponly=True, samesite="lax"
    )


def _full_name(scope: Scope, name: str) -> str:
    return f"__Host-{name}" if _is_secure(scope) else name


def _is_secure(scope: Scope) -> bool:
    """Return whether the public URL uses https, also behind a reverse proxy that terminates TLS."""
    host = Headers(scope=scope).get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return True
    return bool(scope.get("scheme") == "https" or name not in Loopback)
