"""Blocks all keys of a person who left the directory, and unblocks exactly those when the person returns."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from keydesk.audit.models import Action
from keydesk.audit.service import Audit
from keydesk.keys.blocking import block_for, change_of_block, is_blocked, unblock_secrets
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey, folded
from keydesk.keys.store import KeyStore, key_lease, recording_under
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import LiteLLM
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox
from keydesk.storage.leases import Held, Leases

OwnerOf = Callable[[str], Awaitable[str | None]]
"""Returns the entity reference of the person with a LiteLLM user id."""
LEFT_THE_DIRECTORY = "keydesk:left-the-directory"
"""Stored as the blocker of suspended keys. Only the return of the owner unblocks them."""


@dataclass(frozen=True, slots=True)
class KeySuspension:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    secrets: KeySecrets
    leases: Leases
    audit: Audit
    outbox: Outbox
    owner_of: OwnerOf

    async def impose(self, user_id: str) -> None:
        """Block every key of the user that is not blocked yet. The suspension is already recorded.

        Keys that are listed as blocked are checked again under their lease, because the owner may be unblocking one
        at the same time.
        """
        for key in await self._keys_of(user_id):
            await self._impose(key)

    async def impose_again(self, user_id: str) -> None:
        """Block the active keys of a suspended account, such as keys created directly in LiteLLM."""
        for key in await self._keys_of(user_id):
            if not is_blocked(key):
                await self._impose(key)

    async def lift(self, user_id: str) -> None:
        """Unblock the keys that `impose` blocked, except keys that an administrator has blocked since."""
        for listed in await self._keys_of(user_id):
            if not listed.current.blocked:
                continue
            async with self._locked(listed) as (key, lease):
                mark = await self.store.block_mark(listed.key_id)
                if key is not None and is_blocked_by(LEFT_THE_DIRECTORY, key.current, mark):
                    async with recording_under(lease, self.audit, change_of_block(key, Action.UNBLOCKED)):
                        await unblock_secrets(self.gateway, key, mark)
                        await self.store.mark_blocked(key.key_id, user_id, None)

    async def _impose(self, listed: FoldedKey) -> None:
        async with self._locked(listed) as (key, lease):
            if key is None or is_blocked(key):
                return
            owner = await self.owner_of(key.current.user_id or "")
            async with recording_under(lease, self.audit, change_of_block(key, Action.BLOCKED)) as intent:
                await block_for(self.gateway, self.store, key, LEFT_THE_DIRECTORY)
                intent.also += self.outbox.adding([_blocked_notice(key, owner, intent.id)] if owner else [])

    async def _keys_of(self, user_id: str) -> list[FoldedKey]:
        await self.secrets.refresh_of(user_id)
        found = await self.gateway.keys.list(user_id=user_id)
        return [*folded((key for key in found if key.user_id == user_id), self.ids.of).values()]

    @asynccontextmanager
    async def _locked(self, listed: FoldedKey) -> AsyncIterator[tuple[FoldedKey | None, Held]]:
        """Hold the lease of the key and yield its current state, or None if it no longer exists."""
        async with self.leases.hold(key_lease(listed.key_id)) as lease:
            if await self.secrets.refresh(listed.key_id):
                found = await self._keys_of(listed.current.user_id or "")
                key = next((key for key in found if key.key_id == listed.key_id), None)
            else:
                current = await self.gateway.keys.get(listed.current.token_hash)
                key = FoldedKey.of(listed.key_id, [current]) if current else None
            yield key, lease


def _blocked_notice(key: FoldedKey, owner: str, change_id: str) -> Notice:
    """Return the notice for the platform team's channels. The owner has left, so no personal channel reaches them."""
    values = {Value.KEY: key.current.key_alias or "", Value.REASON: "The owner left the directory."}
    return Notice(Kind.KEY_BLOCKED, owner, key.key_id, period=change_id, values=values)
