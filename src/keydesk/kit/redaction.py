"""Hides what looks like a credential in values that are recorded or shown."""

import re
from typing import Any

_CREDENTIAL = re.compile(
    r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}"  # virtual keys, as somebody may paste one into an alias
    r"|(?<![0-9A-Za-z])[0-9a-fA-F]{64}(?![0-9A-Za-z])"  # LiteLLM's key hashes
    r"|eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9._-]*"  # JSON web tokens
)
_HIDDEN = "[hidden]"


def cleaned(value: Any) -> Any:
    """`value` as plain JSON without what looks like a credential, and without NUL, which PostgreSQL refuses."""
    if isinstance(value, str):
        return _CREDENTIAL.sub(_HIDDEN, value.replace("\0", ""))
    if isinstance(value, dict):
        return {cleaned(str(name)): cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(inner) for inner in value]
    return value
