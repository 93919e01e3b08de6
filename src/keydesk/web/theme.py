"""The theme (light, dark or system). A cookie stores it, so that the server can render it."""

from typing import Literal, get_args

from fastapi import Request

Theme = Literal["system", "light", "dark"]
COOKIE = "keydesk_theme"
"""Scripts set this cookie too."""
KEPT_SECONDS = 400 * 24 * 3600


def theme_of(request: Request) -> Theme:
    wanted = request.cookies.get(COOKIE)
    return next((theme for theme in get_args(Theme) if theme == wanted), "system")
