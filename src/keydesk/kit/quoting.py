"""Names inside the sentences that callers read: what they asked for, and what they may ask for instead."""

from collections.abc import Collection

from keydesk.kit.redaction import cleaned

_LONGEST = 100
_MOST = 10


def quoted(name: str) -> str:
    """Return a name in quotation marks. Credentials in it are hidden, and a text too long for a name is cut."""
    shown = str(cleaned(name))
    shown = "".join(character if character.isprintable() else "?" for character in shown)
    return f'"{shown[:_LONGEST]}…"' if len(shown) > _LONGEST else f'"{shown}"'


def some_of(names: Collection[str]) -> str:
    """Return the first names in alphabetical order as a list in a sentence, and how many more there are."""
    if not names:
        return "nothing"
    listed = sorted(names)[:_MOST]
    more = len(names) - len(listed)
    return ", ".join(map(quoted, listed)) + (f" and {more} more" if more else "")
