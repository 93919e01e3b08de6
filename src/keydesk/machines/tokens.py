"""The format of a machine's tokens. Pure.

Both tokens contain the id of the machine's session, which is the secret that opens what the database keeps encrypted
for it. So a token that is not the current one still tells whose session it was, which detects its reuse.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

_TOKEN = re.compile(r"(kda_|kdr_)([A-Za-z0-9_-]{43})[A-Za-z0-9_-]{43}")
_ACCESS, _REFRESH = "kda_", "kdr_"


@dataclass(frozen=True, slots=True)
class ParsedToken:
    session_id: str = field(repr=False)
    is_access: bool
    digest: str


def new_access_token(session_id: str) -> str:
    return f"{_ACCESS}{session_id}{new_code()}"


def new_refresh_token(session_id: str) -> str:
    return f"{_REFRESH}{session_id}{new_code()}"


def new_code() -> str:
    """Return 256 random bits in 43 characters."""
    return secrets.token_urlsafe(32)


def parse_token(text: str) -> ParsedToken | None:
    """Return the parts of a machine's token, or None for any other text."""
    found = _TOKEN.fullmatch(text)
    return ParsedToken(found[2], found[1] == _ACCESS, digest_of(text)) if found else None


def digest_of(secret: str) -> str:
    """Return the SHA-256 hash by which the database knows a token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
