"""Reads single keys again and updates their rows: keys that were changed with Keydesk, and keys that a pass missed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from keydesk.audit.models import Action, AuditedTable
from keydesk.key_index.models import ChangedObject, IndexState
from keydesk.key_index.rows import Rows
from keydesk.key_index.store import KeyIndexStore
from keydesk.keys.owners import keys_of
from keydesk.keys.store import KeyStore
from keydesk.litellm import Key, LiteLLM, LiteLLMError

_AT_ONCE = 200
_CONCURRENT = 4
_IN_REQUEST = 20
"""Changes that one request reads again. The job reads the rest within a minute."""
_NEW_SECRET = {Action.CREATED, Action.ROTATED}
"""Changes after which the stored hash does not lead to the key's newest secret."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rereading:
    gateway: LiteLLM
    store: KeyIndexStore
    key_store: KeyStore
    rows: Rows

    async def follow(self, limit: int = _AT_ONCE) -> int:
        """Read up to `limit` keys that Keydesk has changed since the last call. Return their number.

        The audit log is the list of changes, so that none is lost in a crash. Raises LiteLLMError.
        """
        state = await self.store.state()
        if state is None:
            return 0
        latest = await self.store.last_change()
        changes = await self._since(state, state.audit_seq, limit)
        await self.store.followed(changes[-1].seq if len(changes) == limit else latest)
        return len(changes)

    async def follow_again(self, state: IndexState, after: int) -> None:
        """Read the keys again that were changed after an entry, because older pages may have overwritten them."""
        await self._since(state, after, _AT_ONCE)

    async def follow_if_possible(self, limit: int = _IN_REQUEST) -> None:
        """Do the same as `follow` before a read. While LiteLLM is unavailable, the rows stay as they are."""
        try:
            await self.follow(limit)
        except LiteLLMError as error:
            _log.warning("key_index_not_followed", kind=type(error).__name__)

    async def reread(self, key_id: str, generation: int, *, by_owner: bool = False) -> None:
        """Update the row of one key, or remove it if LiteLLM no longer has the key. Raises LiteLLMError."""
        keys = await (self._of_owner(key_id) if by_owner else self._by_hash(key_id))
        if not any(self.rows.ids.of(key.token_hash) == key_id for key in keys):
            keys = await (self._by_hash(key_id) if by_owner else self._of_owner(key_id))
        elif not by_owner and self.rows.lacking(keys):
            keys = await self._of_owner(key_id) or keys
        row = self.rows.of(keys, generation).get(key_id)
        await (self.store.remove(key_id) if row is None else self.store.put([row]))

    async def hashes_of(self, key_ids: Sequence[str]) -> dict[str, str]:
        """Return LiteLLM's hashes by key id, to read the keys. Unknown ids are left out."""
        stored = await self.store.hashes(key_ids)
        opened = {each.key_id: self.rows.hashes.open(each.sealed_hash) for each in stored}
        return {key_id: token_hash for key_id, token_hash in opened.items() if token_hash}

    async def _since(self, state: IndexState, after: int, limit: int) -> list[ChangedObject]:
        changes = await self.store.changes(after, limit)
        latest = {(change.table_name, change.object_id): change for change in changes}
        slots = asyncio.Semaphore(_CONCURRENT)

        async def reread(change: ChangedObject) -> None:
            async with slots:
                await self._reread_changed(change, state.generation)

        await asyncio.gather(*map(reread, latest.values()))
        return changes

    async def _reread_changed(self, change: ChangedObject, generation: int) -> None:
        if change.table_name == AuditedTable.KEY:
            await self.reread(change.object_id, generation, by_owner=change.action in _NEW_SECRET)
        else:
            await self._reread_team(change.object_id)

    async def _reread_team(self, team_id: str) -> None:
        """Remove the rows of keys that LiteLLM deleted with the team, or with a member."""
        keys = await self.gateway.keys.list(team_id=team_id)
        await self.store.keep_of_team(team_id, {self.rows.ids.of(key.token_hash) for key in keys})

    async def _by_hash(self, key_id: str) -> list[Key]:
        token_hash = (await self.hashes_of([key_id])).get(key_id)
        return await self.gateway.keys.list(token_hash=token_hash) if token_hash else []

    async def _of_owner(self, key_id: str) -> list[Key]:
        owner = await self.key_store.owner_of(key_id)
        return await keys_of(self.gateway, owner) if owner else []
