"""The keys' service as a parameter of pages, and the lookup of one key."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request

from keydesk.keys.models import KeyView
from keydesk.keys.service import Keys
from keydesk.kit.problems import NotFound
from keydesk.web.language import gettext as _


async def keys_service(request: Request) -> Keys:
    service: Keys = request.app.state.keys
    return service


KeysService = Annotated[Keys, Depends(keys_service)]


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """Return one of the caller's keys. Raises NotFound for other people's keys, as for unknown ones."""
    for key in keys:
        if key.token == key_id:
            return key
    raise NotFound(_("Key not found."), hint=_("It may have been deleted. Check your list of keys."))
