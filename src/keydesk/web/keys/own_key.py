"""Finds one of the caller's keys."""

from collections.abc import Iterable

from keydesk.keys.models import KeyView
from keydesk.kit.problems import NotFound
from keydesk.web.language import gettext as _


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """Return one of the caller's keys. Raises NotFound, also for other users' keys."""
    for key in keys:
        if key.token == key_id:
            return key
    raise NotFound(_("Key not found."), hint=_("It may have been deleted. Check your list of keys."))
