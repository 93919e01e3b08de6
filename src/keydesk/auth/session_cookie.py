"""The cookies of the portal: the session's, and the mark of a browser that nobody has signed in with.

Over https they are `__Host-` cookies, which no other host and no plain http page can set. Plain http is for this
machine only: to any other host's pages a browser gives no `Secure` cookie, so nobody could sign in there.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from keydesk.settings import Loopback

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
SESSION, BROWSER, SIGN_IN = "keydesk_session", "keydesk_browser", "keydesk_sign_in"


def read_cookie(scope: Scope, name: str) -> str | None:
    """The value of one of our cookies, if it has the form of one we have set."""
    value = read_text_cookie(scope, name)
    return value if value is not None and _FORM.fullmatch(value) else None


def read_text_cookie(scope: Scope, name: str) -> str | None:
    """The same for a value of any form."""
    cookies = cookie_parser("; ".join(Headers(scope=scope).getlist("cookie")))
    return cookies.get(_full_name(scope, name))


def set_cookie(answer: Response, scope: Scope, name: str, value: str, max_age: int | None = None) -> None:
    """Until the browser is closed, or for `max_age` seconds. Other sites' links bring it, their forms do not."""
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
    """A reverse proxy that ends TLS speaks plain http with us, and names the public host."""
    host = Headers(scope=scope).get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return True
    return bool(scope.get("scheme") == "https" or name not in Loopback)
