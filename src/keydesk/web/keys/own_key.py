"""Finds one of the caller's keys."""

from collections.abc import Iterable

from keydesk.keys.models import KeyView
from keydesk.kit.problems import NotFound
from keydesk.web.language import gettext as _


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
    return NotFound(_("Key not found."), hint=_("It may have been deleted. Check your list of keys."))
