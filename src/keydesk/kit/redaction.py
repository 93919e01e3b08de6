"""Redacts text that looks like a credential in logs and in recorded or displayed values."""

import re
from typing import Any

_TOKENS = (
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{64}(?![0-9A-Za-z])"  # LiteLLM's key hashes
    r"|eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9._-]*"  # JSON web tokens
)
_IN_VALUES = re.compile(
    r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}"  # virtual keys. An alias such as `sk-demo` stays
    rf"|{_TOKENS}"
)
_IN_LOGS = re.compile(
    r"(?<!keyde)sk-[A-Za-z0-9_-]{4,}"  # master keys may be short. A host such as `keydesk-db` stays
    rf"|{_TOKENS}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # the name and password in a URL
    r"|(?i:(?<=bearer ))\S+"
)
_HIDDEN = "[hidden]"


def redacted(text: str) -> str:
    """Return the text with credentials redacted."""
    return _IN_LOGS.sub(_HIDDEN, text)


def cleaned(value: Any) -> Any:
    """Return `value` as plain JSON with credentials redacted, and without NUL, which PostgreSQL rejects."""
    if isinstance(value, str):
        return _IN_VALUES.sub(_HIDDEN, value.replace("\0", ""))
    if isinstance(value, dict):
        return {cleaned(str(name)): cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(inner) for inner in value]
    return value
