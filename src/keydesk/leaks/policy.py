"""Rules for reports of leaked keys: which secret is reported, and what may be stored about the place. Pure."""

import re

from keydesk.kit.redaction import redacted

_SECRET = re.compile(r"sk-[\x21-\x7e]+")
_IN_TEXT = re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{8,}")
_URL = re.compile(r"(https?://)(?:[^/\s]*@)?([^\s?#]*)\S*", re.IGNORECASE)
_MAX_STORED_CHARACTERS = 300


def secret_in(text: str) -> str | None:
    """Return the key in a reported text, such as `OPENAI_API_KEY=sk-...`. LiteLLM's keys start with `sk-`."""
    stripped = text.strip()
    if _SECRET.fullmatch(stripped):
        return stripped
    found = _IN_TEXT.search(stripped)
    return found[0] if found else None


def stored_place(found_at: str | None, secret: str) -> str | None:
    """Return where a key was found, as it may be stored: at most 300 printable characters, without credentials.

    URLs lose their user name, password, query and fragment.
    """
    text = (found_at or "").replace(secret, "[hidden]")
    printable = "".join(character if character.isprintable() else " " for character in text)
    place = redacted(_URL.sub(r"\1\2", printable)).strip()
    return place[:_MAX_STORED_CHARACTERS] or None
