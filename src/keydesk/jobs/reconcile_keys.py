"""Reconciles changes of keys. Deletes a new key whose secret was never returned."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from keydesk.audit.models import Action, Intent, Outcome
from keydesk.jobs.finding import GONE, NOT_MADE, UNDECIDED, Finding, compared, made_if
from keydesk.keys.models import BlockMark
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.keys.store import KeyStore, key_lease
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Key, LiteLLM, NotFound
from keydesk.storage.leases import Leases

_MAX_DELAY = timedelta(seconds=30)
"""Maximum time between an intent and its effect in LiteLLM, including clock differences."""


@dataclass(frozen=True, slots=True)
class KeyReconciliation:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    leases: Leases

    async def settle(self, intent: Intent) -> Finding:
        """Repair the effects of the change and return its outcome. Raises LiteLLMError or UpstreamBusy."""
        if intent.change.action is Action.CREATED:
            return await self._created(intent)
        async with self.leases.hold(key_lease(intent.object_id or "")):
            return await self._existing(intent)

    async def _existing(self, intent: Intent) -> Finding:
        key = await self._find(intent)
        if intent.change.action is Action.DELETED:
            return await self._deleted(intent, key)
        return GONE if key is None else await self._changed(intent, key)

    async def _created(self, intent: Intent) -> Finding:
        """Delete the key, unless it has been used.

        The secret is returned after the outcome is recorded. Without an outcome, it was never returned. A restored
        backup is the exception: it can lack the outcome of a key that is in use.
        """
        made = [key for key in await self._around(intent) if key.metadata.get(INTENT_MEMBER) == intent.id]
        used = next((key for key in made if _was_used(key)), None)
        if used is not None:
            return self._in_use(intent, used)
        for key in made:
            await self._delete(key)
        if not made:
            return NOT_MADE
        return Finding(Outcome.UNDONE, "orphan-deleted", self.ids.of(made[0].token_hash))

    async def _delete(self, key: Key) -> None:
        key_id = self.ids.of(key.token_hash)
        async with self.leases.hold(key_lease(key_id)):
            with suppress(NotFound):
                await self.gateway.keys.delete(key.token_hash)
            await self.store.remove(key_id)

    def _in_use(self, intent: Intent, key: Key) -> Finding:
        key_id = self.ids.of(key.token_hash)
        if key.user_id:
            intent.also.append(self.store.adding(key_id, key.user_id, intent.at))
        return Finding(Outcome.SUCCEEDED, "found-in-use", key_id)

    async def _deleted(self, intent: Intent, key: Key | None) -> Finding:
        if key is None and intent.object_id:
            await self.store.remove(intent.object_id)
        return made_if(key is None)

    async def _changed(self, intent: Intent, key: Key) -> Finding:
        change = intent.change
        if change.action not in {Action.BLOCKED, Action.UNBLOCKED}:
            if change.action is Action.SPEND_RESET:
                return UNDECIDED
            return compared(key.model_dump(mode="json"), change.before, change.after)
        if intent.object_id and key.user_id:
            await self._mark(intent, key, intent.object_id, key.user_id)
        return made_if(key.blocked == (change.action is Action.BLOCKED))

    async def _mark(self, intent: Intent, key: Key, key_id: str, user_id: str) -> None:
        """Store or clear the mark of who blocked the key, if a crash left it missing or stale.

        Without a mark, the owner could never unblock the key. A stale mark could let them lift a later block.
        """
        mark = await self.store.block_mark(key_id)
        if not key.blocked and mark is not None:
            await self.store.mark_blocked(key_id, user_id, None)
        elif key.blocked and mark is None and not _changed_later(key, intent):
            mark = BlockMark(intent.change.actor, key.changed_at)
            await self.store.mark_blocked(key_id, user_id, mark)

    async def _find(self, intent: Intent) -> Key | None:
        for key in await self._around(intent):
            if self.ids.of(key.token_hash) == intent.object_id:
                return key
        return None

    async def _around(self, intent: Intent) -> list[Key]:
        """Return the keys that the change may refer to: those of the owner, or those with the aliases."""
        change = intent.change
        known = intent.object_id and await self.store.owner_of(intent.object_id)
        user_id = change.after.get("user_id") or change.before.get("user_id") or known
        if user_id:
            return await self.gateway.keys.list(user_id=user_id)
        names = (change.after.get("alias"), change.after.get("key_alias"), change.before.get("key_alias"))
        aliases = {alias for alias in names if alias}
        return [key for alias in sorted(aliases) for key in await self.gateway.keys.list(alias=alias)]


def _was_used(key: Key) -> bool:
    return key.last_active_at is not None or key.spend > 0


def _changed_later(key: Key, intent: Intent) -> bool:
    """Return whether the key was changed later by someone else, such as an administrator who blocked it."""
    at = key.changed_at
    return at is not None and at > intent.at + _MAX_DELAY
