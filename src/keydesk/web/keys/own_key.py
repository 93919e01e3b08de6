"""Finds one of the caller's keys."""

from collections.abc import Iterable

from keydesk.keys.models import KeyView
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound


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
