"""A route class for ids that contain a slash, which callers encode as `%2F`."""

from typing import Any
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

_SLASH = b"%2f"


class SegmentRoute(APIRoute):
    """A route that matches the raw path if it contains an encoded slash.

    The server decodes the whole path, so that `/teams/a%2Fb` becomes `/teams/a/b`. This class decodes each segment
    once, so `%252F` is the text `%2F`. A segment that is not UTF-8 does not match. Middleware sees only the decoded
    path: a public path must not have parameters.
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
