"""Whether the keys / and ? are shortcuts.

Speech input can press them by mistake, so people can turn them off (WCAG 2.1.4).
"""

from typing import Literal

from fastapi import Request

Choice = Literal["on", "off"]
COOKIE = "keydesk_single_keys"


def single_keys_of(request: Request) -> Choice:
    return "off" if request.cookies.get(COOKIE) == "off" else "on"
