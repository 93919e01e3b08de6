"""Reconciles changes of keys. Deletes a new key whose secret was never returned."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from keydesk.audit.models import Action, Intent, Outcome
from keydesk.jobs.finding import GONE, MADE, NOT_MADE, UNDECIDED, Finding, compared, made_if
from keydesk.jobs.reconcile_rotations import RotationReconciliation
from keydesk.keys.blocking import block_secrets
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.models import LEAKED, BlockMark
from keydesk.keys.owners import keys_of, owner_in, owner_of
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey, folded
from keydesk.keys.store import KeyStore, key_lease
from keydesk.keys.workload import workload_key_in
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
    service_keys: ServiceKeyStore
    secrets: KeySecrets
    rotations: RotationReconciliation
    leases: Leases

    async def settle(self, intent: Intent) -> Finding:
        """Repair the effects of the change and return its outcome. Raises LiteLLMError or UpstreamBusy."""
        if intent.change.action is Action.CREATED:
            return await self._created(intent)
        async with self.leases.hold(key_lease(intent.object_id or "")):
            await self.secrets.refresh(intent.object_id or "")
            if intent.change.action is Action.ROTATED:
                return await self.rotations.rotated(intent)
            return await self._existing(intent)

    async def _existing(self, intent: Intent) -> Finding:
        found = await self._find(intent)
        if intent.change.action is Action.SECRET_ENDED:
            return self.rotations.ended(found)
        if intent.change.action is Action.DELETED:
            return await self._deleted(intent, found)
        if found is None:
            return GONE
        if intent.change.action is Action.LEAK_REPORTED:
            return await self._leaked(found)
        return await self._changed(intent, found.key)

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
        self._record(intent, key, intent.at)
        return Finding(Outcome.SUCCEEDED, "found-in-use", key_id)

    def _record(self, intent: Intent, key: Key, issued_at: datetime | None) -> None:
        """Store the key with the outcome, unless nobody owns it."""
        key_id, owner = self.ids.of(key.token_hash), owner_of(key)
        if owner:
            intent.also.append(self.store.adding(key_id, owner, issued_at))
            after = intent.change.after
            workload = workload_key_in(after, key.expires_at)
            intent.also += self.service_keys.setting(key_id, owner, after.get("contacts", ()), workload)

    async def _deleted(self, intent: Intent, key: FoldedKey | None) -> Finding:
        if key is None and intent.object_id:
            await self.store.remove(intent.object_id)
            await self.secrets.run(self.secrets.ending(intent.object_id, intent.at))
        return made_if(key is None)

    async def _changed(self, intent: Intent, key: Key) -> Finding:
        change = intent.change
        if change.action not in {Action.BLOCKED, Action.UNBLOCKED}:
            if change.action is Action.SPEND_RESET:
                return UNDECIDED
            if change.action is Action.ADOPTED:
                return self._adopted(intent, key)
            if "contacts" in change.after:
                # Contacts are stored together with the outcome.
                return NOT_MADE
            if change.action is Action.EXTENDED:
                return made_if(key.expires_at != _moment(change.before.get("expires_at")))
            return compared(key.model_dump(mode="json"), change.before, change.after)
        if intent.object_id and (owner := owner_of(key)):
            await self._mark(intent, key, intent.object_id, owner)
        return made_if(key.blocked == (change.action is Action.BLOCKED))

    def _adopted(self, intent: Intent, key: Key) -> Finding:
        """Record the key, unless the update of it was not made: then it can be adopted again."""
        after, current = intent.change.after, key.model_dump(mode="json")
        is_made = all(current[name] == after[name] for name in after)
        if is_made:
            self._record(intent, key, None)
        return made_if(is_made)

    async def _leaked(self, found: FoldedKey) -> Finding:
        """Complete the block of a leaked key, because the report may not be repeated."""
        blocked = await block_secrets(self.gateway, found)
        if blocked is not None and (owner := owner_of(blocked)):
            await self.store.mark_blocked(found.key_id, owner, BlockMark(LEAKED, blocked.changed_at))
        return MADE

    async def _mark(self, intent: Intent, key: Key, key_id: str, owner: str) -> None:
        """Store or clear the mark of who blocked the key, if a crash left it missing or stale.

        Without a mark, the owner could never unblock the key. A stale mark could let them lift a later block.
        """
        mark = await self.store.block_mark(key_id)
        if not key.blocked and mark is not None:
            await self.store.mark_blocked(key_id, owner, None)
        elif key.blocked and mark is None and not _changed_later(key, intent):
            mark = BlockMark(intent.change.actor, key.changed_at)
            await self.store.mark_blocked(key_id, owner, mark)

    async def _find(self, intent: Intent) -> FoldedKey | None:
        return folded(await self._around(intent), self.ids.of).get(intent.object_id or "")

    async def _around(self, intent: Intent) -> list[Key]:
        """Return the keys that the change may refer to: those of the owner, or those with the aliases."""
        change = intent.change
        known = intent.object_id and await self.store.owner_of(intent.object_id)
        owner = change.after.get("user_id") or change.before.get("user_id") or known
        owner = owner or owner_in(change.before) or owner_in(change.after)
        # Before a person adopts it, a key is without a user.
        is_given = (
            change.action is Action.ADOPTED and not change.before.get("user_id") and change.after["user_id"]
        )
        if owner and not is_given:
            return await keys_of(self.gateway, owner)
        names = (change.after.get("alias"), change.after.get("key_alias"), change.before.get("key_alias"))
        aliases = {alias for alias in names if alias}
        return [key for alias in sorted(aliases) for key in await self.gateway.keys.list(alias=alias)]


def _was_used(key: Key) -> bool:
    return key.last_active_at is not None or key.spend > 0


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _changed_later(key: Key, intent: Intent) -> bool:
    """Return whether the key was changed later by someone else, such as an administrator who blocked it."""
    at = key.changed_at
    return at is not None and at > intent.at + _MAX_DELAY
