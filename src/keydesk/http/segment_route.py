"""Routes whose ids may hold a slash, which callers write as `%2F` between the slashes of the path."""

from typing import Any
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

_SLASH = b"%2f"


class SegmentRoute(APIRoute):
    """A route that matches the path before it is decoded, where an encoded slash is in it.

    The server decodes the whole path, after which `/teams/a%2Fb` looks like `/teams/a/b`. Every part is decoded
    once, so `%252F` is the text `%2F`. What is not UTF-8 matches nothing. Middleware sees the decoded path only:
    a path that needs no credential must have no parameter.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw: bytes = scope.get("raw_path") or b""
        if _SLASH not in raw.lower() or not raw.isascii():
            return super().matches(scope)
        match, child = super().matches({**scope, "path": raw.decode("ascii")})
        if match is Match.NONE:
            return match, child
        try:
            parts = {name: _decoded(value) for name, value in child["path_params"].items()}
        except UnicodeDecodeError:
            return Match.NONE, {}
        return match, {**child, "path_params": parts}


def _decoded(value: Any) -> Any:
    return unquote(value, errors="strict") if isinstance(value, str) else value
