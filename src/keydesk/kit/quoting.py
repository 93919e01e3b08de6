"""Formats names for error messages."""

from collections.abc import Collection

from keydesk.kit.messages import message
from keydesk.kit.redaction import cleaned

_LONGEST = 100
_MOST = 10


def quoted(name: str) -> str:
    """Return the name in quotation marks, with credentials redacted and long texts truncated."""
    shown = str(cleaned(name))
    shown = "".join(character if character.isprintable() else "?" for character in shown)
    return f'"{shown[:_LONGEST]}…"' if len(shown) > _LONGEST else f'"{shown}"'


def some_of(names: Collection[str]) -> str:
    """Return the first names in alphabetical order, separated by commas, and the number of the others."""
    if not names:
        return message("nothing")
    listed = sorted(names)[:_MOST]
    more = len(names) - len(listed)
    text = ", ".join(map(quoted, listed))
    return message("%(names)s and %(more)s more", names=text, more=more) if more else text
