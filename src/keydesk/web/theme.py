"""Light, dark, or as the system has it: kept in a cookie, so that the page comes in the right one at once."""

from typing import Literal, get_args

from fastapi import Request

Theme = Literal["system", "light", "dark"]
COOKIE = "keydesk_theme"
"""Scripts may set it too; it means nothing but the theme."""
KEPT_SECONDS = 400 * 24 * 3600


def theme_of(request: Request) -> Theme:
    wanted = request.cookies.get(COOKIE)
    return next((theme for theme in get_args(Theme) if theme == wanted), "system")
