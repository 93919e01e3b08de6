"""Reads a signed JSON Web Token strictly, without believing it yet. Signatures are checked in signature.py."""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

MAX_TOKEN_CHARACTERS = 16 * 1024
"""Node, and with it every Backstage, accepts no more than this in all headers together."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """The parts of a token as its sender wrote them. Nothing of it is true before the signature is checked."""

    text: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def typ(self) -> str | None:
        """The header's media type in lower case, without the `application/` that may stand before it."""
        typ = self.header.get("typ")
        return typ.lower().removeprefix("application/") if isinstance(typ, str) else None


def read_token(text: str) -> SignedToken | None:
    """`text` taken apart, or None when it is no JSON Web Token in compact form with a signature.

    So encrypted tokens (five parts) and unsecured ones (an empty signature) are none. Neither is one whose
    JSON has a member twice: two readers of it could come to different conclusions.
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
        raise ValueError("a member stands twice")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
