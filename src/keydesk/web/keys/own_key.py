"""Finds one of the caller's keys."""

from collections.abc import Iterable

from keydesk.keys.models import KeyView
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """Return one of the caller's keys. Raises NotFound, also for other users' keys."""
    for key in keys:
        if key.token == key_id:
            return key
    raise NotFound(
        message("Key not found."), hint=message("It may have been deleted. Check your list of keys.")
    )
