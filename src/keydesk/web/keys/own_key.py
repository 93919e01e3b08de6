"""Finds one of the caller's keys, and the addresses of its pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from keydesk.keys.models import KeyView
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound
from keydesk.web.next_page import page_after


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the actions of a key are, and the page to open after one."""

    here: str
    back: str


async def own_place(request: Request, key_id: str) -> KeyPlace:
    """Return the place of one of the caller's keys."""
    return KeyPlace(f"/keys/{key_id}", await page_after(request, "/keys"))


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """Return one of the caller's keys. Raises NotFound, also for other users' keys."""
    found = find_key(keys, key_id)
    if found is None:
        raise no_such_key()
    return found


def find_key(keys: Iterable[KeyView], key_id: str) -> KeyView | None:
    return next((key for key in keys if key.token == key_id), None)


def no_such_key() -> NotFound:
    """Return the error for unknown keys and for keys that the caller may not see."""
    return NotFound(
        message("Key not found."), hint=message("It may have been deleted. Check your list of keys.")
    )
