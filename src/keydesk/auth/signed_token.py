"""Parses signed JSON Web Tokens strictly. `signature.py` verifies signatures."""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

MAX_TOKEN_CHARACTERS = 16 * 1024
"""Node.js, and so Backstage, accepts at most 16 KB for all headers together."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """The parsed parts of a token. Do not trust them before the signature is verified."""

    text: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def typ(self) -> str | None:
        """Return the header's `typ` in lower case, without the prefix `application/`."""
        typ = self.header.get("typ")
        return typ.lower().removeprefix("application/") if isinstance(typ, str) else None


def read_token(text: str) -> SignedToken | None:
    """Parse a signed JWT in compact form. Return None for anything else.

    Encrypted tokens (five parts) and unsecured tokens (empty signature) are rejected. So are tokens with duplicate
    JSON members, because parsers disagree about their values.
    """
    if len(text) > MAX_TOKEN_CHARACTERS or (match := _COMPACT.fullmatch(text)) is None:
        return None
    try:
        return SignedToken(text, _object(match[1]), _object(match[2]))
    except (ValueError, RecursionError):
        return None


def _object(part: str) -> dict[str, Any]:
    try:
        content = b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except NotBase64:
        raise ValueError("not base64url") from None
    value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of failure for the caller to catch
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
