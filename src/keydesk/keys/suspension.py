"""Blocks all keys of a person who left the directory, and unblocks exactly those when the person returns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.models import BlockMark
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.store import KeyStore, key_lease, recording_under
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Key, LiteLLM, NotFound
from keydesk.storage.leases import Held, Leases

LEFT_THE_DIRECTORY = "keydesk:left-the-directory"
"""Stored as the blocker of suspended keys. Only the return of the owner unblocks them."""


@dataclass(frozen=True, slots=True)
class KeySuspension:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit

    async def impose(self, user_id: str) -> None:
        """Block every key of the user that is not blocked yet. The suspension is already recorded.

        Keys that are listed as blocked are checked again under their lease, because the owner may be unblocking one
        at the same time.
        """
        for key in await self._keys_of(user_id):
            await self._impose(user_id, key)

    async def impose_again(self, user_id: str) -> None:
        """Block the active keys of a suspended account, such as keys created directly in LiteLLM."""
        for key in await self._keys_of(user_id):
            if not key.blocked:
                await self._impose(user_id, key)

    async def lift(self, user_id: str) -> None:
        """Unblock the keys that `impose` blocked, except keys that an administrator has blocked since."""
        for listed in await self._keys_of(user_id):
            if not listed.blocked:
                continue
            async with self._locked(listed) as (key, lease):
                key_id = self.ids.of(listed.token_hash)
                mark = await self.store.block_mark(key_id)
                if key is not None and is_blocked_by(LEFT_THE_DIRECTORY, key, mark):
                    async with recording_under(lease, self.audit, self._change(key, Action.UNBLOCKED)):
                        await self.gateway.keys.unblock(key.token_hash)
                        await self.store.mark_blocked(key_id, user_id, None)

    async def _impose(self, user_id: str, listed: Key) -> None:
        async with self._locked(listed) as (key, lease):
            if key is None or key.blocked:
                return
            key_id = self.ids.of(key.token_hash)
            async with recording_under(lease, self.audit, self._change(key, Action.BLOCKED)):
                # Also marked before the call: a block without a mark could never be lifted automatically.
                await self.store.mark_blocked(key_id, user_id, BlockMark(LEFT_THE_DIRECTORY, None))
                try:
                    blocked = await self.gateway.keys.block(key.token_hash)
                except NotFound:
                    # The key was deleted because its owner was suspended while it was being created.
                    await self.store.remove(key_id)
                else:
                    mark = BlockMark(LEFT_THE_DIRECTORY, blocked.changed_at)
                    await self.store.mark_blocked(key_id, user_id, mark)

    async def _keys_of(self, user_id: str) -> list[Key]:
        return [key for key in await self.gateway.keys.list(user_id=user_id) if key.user_id == user_id]

    @asynccontextmanager
    async def _locked(self, key: Key) -> AsyncIterator[tuple[Key | None, Held]]:
        """Hold the lease of the key and yield its current state, or None if it no longer exists."""
        async with self.leases.hold(key_lease(self.ids.of(key.token_hash))) as lease:
            yield await self.gateway.keys.get(key.token_hash), lease

    def _change(self, key: Key, action: Action) -> Change:
        before = {"user_id": key.user_id, "blocked": key.blocked}
        after = {"blocked": action is Action.BLOCKED}
        return Change(SYSTEM_ACTOR, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)
