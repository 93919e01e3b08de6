"""Removes secrets from external text so that it can be logged. Works with patterns only."""

import re

_MAX_CHARACTERS = 500

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s'\"]*@", re.IGNORECASE), r"\1[credentials]@"),
    (re.compile(r"\b(bearer\s+|basic\s+(?=\S{12}))[\w.~+/=-]+", re.IGNORECASE), r"\1[credentials]"),
    (re.compile(r"\breceived=[^\s,]+", re.IGNORECASE), "Received=[key]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)*"), "[token]"),
    (re.compile(r"(?<![A-Za-z0-9])sk-[\w.-]+"), "[key]"),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), "[hash]"),
    (
        re.compile(r"\b(password|passwd|secret|api[_-]?key)(['\"]?\s*[=:]\s*)[^\s,;)}]+", re.IGNORECASE),
        r"\1\2[secret]",
    ),
)


def sanitised(text: str) -> str:
    """Return the text on one line, at most 500 characters, with everything that looks like a credential removed.

    Removed are `sk-` keys (also masked ones), hexadecimal strings of 32 or more digits (key hashes), bearer and
    basic credentials, JSON Web Tokens, user names and passwords in URLs, and values named like a password, secret
    or API key.
    """
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _MAX_CHARACTERS else line[: _MAX_CHARACTERS - 1] + "…"
