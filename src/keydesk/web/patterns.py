"""Whether charts have patterns in addition to colors. A cookie stores it, so that the server can render it."""

from typing import Literal

from fastapi import Request

Patterns = Literal["on", "off"]
COOKIE = "keydesk_patterns"


def patterns_of(request: Request) -> Patterns:
    return "on" if request.cookies.get(COOKIE) == "on" else "off"
