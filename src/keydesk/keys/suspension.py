"""Blocks all keys of somebody who left, and later unblocks exactly those."""

from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.ids import KeyIds
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
                async with self.audit.recording(self._change(key, Action.BLOCKED)):
                    # The mark goes first: an unmarked block would stay for good.
                    await self.store.set_blocked_by(self.ids.of(key.token_hash), user_id, LEFT_THE_DIRECTORY)
                    await self.gateway.keys.block(key.token_hash)

    async def lift(self, user_id: str) -> None:
        """Unblock the keys that `impose` blocked."""
        for key in await self.gateway.keys.list(user_id=user_id):
            key_id = self.ids.of(key.token_hash)
            if key.user_id == user_id and await self.store.blocked_by(key_id) == LEFT_THE_DIRECTORY:
                async with self.audit.recording(self._change(key, Action.UNBLOCKED)):
                    await self.gateway.keys.unblock(key.token_hash)
                    await self.store.set_blocked_by(key_id, user_id, None)

    def _change(self, key: Key, action: Action) -> Change:
        before, after = {"blocked": key.blocked}, {"blocked": action is Action.BLOCKED}
        return Change(SYSTEM_ACTOR, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)
