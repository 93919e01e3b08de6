"""Finds the key that a page is about."""

from collections.abc import Iterable

from keydesk.keys.models import KeyView
from keydesk.kit.problems import NotFound


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """The one of somebody's keys. Raises NotFound for a key that is not theirs, as for one that does not exist."""
    for key in keys:
        if key.token == key_id:
            return key
    raise NotFound("You have no key with this id.", hint="It may have been deleted; your list of keys tells.")
