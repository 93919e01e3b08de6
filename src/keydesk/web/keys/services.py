"""The keys' service as a parameter of pages, and what every page about one key needs."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request

from keydesk.keys.models import KeyView
from keydesk.keys.service import Keys
from keydesk.kit.problems import NotFound


async def keys_service(request: Request) -> Keys:
    service: Keys = request.app.state.keys
    return service


KeysService = Annotated[Keys, Depends(keys_service)]


def own_key(keys: Iterable[KeyView], key_id: str) -> KeyView:
    """The one of somebody's keys. Raises NotFound for a key that is not theirs, as for one that does not exist."""
    for key in keys:
        if key.token == key_id:
            return key
    raise NotFound("You have no key with this id.", hint="It may have been deleted; your list of keys tells.")
