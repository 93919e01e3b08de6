"""Keys as the objects of requests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keydesk.audit.models import Action
from keydesk.keys.service import Keys, LockedKey
from keydesk.keys.store import recording_under
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.litellm import Key, KeyChanges
from keydesk.requests.kinds.kind import Place


@dataclass(frozen=True, slots=True)
class KeyObjects:
    keys: Keys

    async def find(self, user_id: str, key_id: str) -> Key:
        """Return the key. Raises NotFound for the key of another owner."""
        return (await self.keys.find(user_id, key_id)).key

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[LockedKey]:
        """Hold the lease of the key."""
        keys, owner = await self._moved(place) if place.moved else (self.keys, place.user_id)
        async with keys.locked(owner, place.target_id) as locked:
            yield locked

    async def write(self, locked: LockedKey, by: str, changes: KeyChanges, also: Sequence[Any]) -> None:
        """Change a locked key. `also` are statements for the transaction that records the outcome."""
        after = changes.model_dump(mode="json", exclude_unset=True)
        action = Action.EXTENDED if "duration" in after else Action.UPDATED
        change = self.keys.change_of(Person(by), action, locked.key, after)
        if action is Action.EXTENDED:
            change.before["expires_at"] = locked.key.expires_at and locked.key.expires_at.isoformat()
        async with recording_under(locked.lease, self.keys.audit, change) as intent:
            await self.keys.change(locked.folded, changes)
            intent.also += also

    async def _moved(self, place: Place) -> tuple[Keys, str]:
        """Return the keys and the owner with which the key is found. Reads all keys if the user no longer owns it."""
        try:
            await self.keys.find(place.user_id, place.target_id)
        except NotFound:
            async for page in self.keys.gateway.keys.pages():
                for key in page.keys:
                    if self.keys.ids.of(key.token_hash) == place.target_id:
                        return self.keys.at({place.target_id: key.token_hash}), key.user_id or ""
        return self.keys, place.user_id
