"""Blocks all keys of somebody who left, and later unblocks exactly those."""

from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.ids import KeyIds
from keydesk.keys.models import BlockMark
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.store import KeyStore
from keydesk.litellm import Key, LiteLLM

LEFT_THE_DIRECTORY = "keydesk:left-the-directory"
"""The mark in place of a blocker's name; nobody can unblock such a key here but the return of its owner."""


@dataclass(frozen=True, slots=True)
class KeySuspension:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    audit: Audit

    async def impose(self, user_id: str) -> None:
        """Block every key of the user that is not blocked yet."""
        for key in await self.gateway.keys.list(user_id=user_id):
            if key.user_id == user_id and not key.blocked:
                key_id = self.ids.of(key.token_hash)
                async with self.audit.recording(self._change(key, Action.BLOCKED)):
                    # Marked before as well: a block without a mark would stay for good.
                    await self.store.mark_blocked(key_id, user_id, BlockMark(LEFT_THE_DIRECTORY, None))
                    blocked = await self.gateway.keys.block(key.token_hash)
                    mark = BlockMark(LEFT_THE_DIRECTORY, blocked.changed_at)
                    await self.store.mark_blocked(key_id, user_id, mark)

    async def lift(self, user_id: str) -> None:
        """Unblock the keys that `impose` blocked, except where an administrator did so since."""
        for key in await self.gateway.keys.list(user_id=user_id):
            key_id = self.ids.of(key.token_hash)
            mark = await self.store.block_mark(key_id)
            if key.user_id == user_id and is_blocked_by(LEFT_THE_DIRECTORY, key, mark):
                async with self.audit.recording(self._change(key, Action.UNBLOCKED)):
                    await self.gateway.keys.unblock(key.token_hash)
                    await self.store.mark_blocked(key_id, user_id, None)

    def _change(self, key: Key, action: Action) -> Change:
        before = {"user_id": key.user_id, "blocked": key.blocked}
        after = {"blocked": action is Action.BLOCKED}
        return Change(SYSTEM_ACTOR, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)
