"""Lists, updates, blocks, unblocks and deletes a person's keys. Raises NotFound for keys of other people.

Every change holds the lease of its key and reads the key and its block mark while holding it. Concurrent changes of
one key are therefore serialized across replicas.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.auth.group_members import GroupMembers
from keydesk.keys.issuing import Issuer
from keydesk.keys.models import BlockMark, KeyUpdate, KeyView
from keydesk.keys.policy import (
    belongs_to,
    check_changed_budget,
    check_cleared,
    check_not_reserved,
    is_blocked_by,
    key_changes,
)
from keydesk.keys.store import KeyStore, alias_lease, key_lease, recording_under
from keydesk.keys.tools import tools_in
from keydesk.kit.key_ids import KeyIds, is_key_id
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.litellm import Key, LiteLLM, LiteLLMError, User
from keydesk.storage.leases import Held, Leases

_NEW_FOR = timedelta(minutes=10)
_AUDITED = {
    "key_alias",
    "team_id",
    "user_id",
    "models",
    "max_budget",
    "budget_duration",
    "tpm_limit",
    "rpm_limit",
    "blocked",
}


@dataclass(frozen=True, slots=True)
class _LockedKey:
    """A key that was read while its lease is held."""

    key: Key
    lease: Held


@dataclass(frozen=True, slots=True)
class Keys:
    gateway: LiteLLM
    issuer: Issuer
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit
    resetters: GroupMembers
    hashes: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Token hashes of known keys by id."""

    def knowing(self, keys: Iterable[Key]) -> "Keys":
        """Return a copy that reads each of these keys by its hash before a change, instead of all keys of its owner."""
        return replace(self, hashes={self.ids.of(key.token_hash): key.token_hash for key in keys})

    async def of(self, user: User) -> list[KeyView]:
        """Return the user's keys, newest first."""
        return await self.of_user(user.user_id)

    async def of_user(self, user_id: str) -> list[KeyView]:
        """Return the keys of the user with this id, newest first."""
        return (await self.with_tools(user_id))[0]

    async def with_tools(self, user_id: str) -> tuple[list[KeyView], dict[str, tuple[str, ...]]]:
        """Return the keys like `of_user`, and the ids of the tools that they were set up for, by key id."""
        keys = {self.ids.of(key.token_hash): key for key in await self._owned_by(user_id)}
        views = [KeyView.of(key, key_id) for key_id, key in keys.items()]
        tools = {key_id: found for key_id, key in keys.items() if (found := tools_in(key.metadata))}
        return sorted(views, key=lambda view: view.created_at, reverse=True), tools

    async def owned(self, user: User) -> list[Key]:
        """Return the user's keys as LiteLLM stores them, with metadata."""
        return await self._owned_by(user.user_id)

    async def has_new_key(self, user: User) -> bool:
        """Return whether the user created a key in the last minutes, so that its first request is expected."""
        issued_at = await self.store.latest_issue(user.user_id)
        return issued_at is not None and self.issuer.clock() - issued_at < _NEW_FOR

    async def find_for_auditor(self, key_id: str, owner: str | None = None) -> KeyView | None:
        """Return a key of any person, or None if it is unknown.

        `owner` is a LiteLLM user id, by default the owner that Keydesk recorded. Keys from outside of Keydesk have
        no recorded owner.
        """
        user_id = (owner or await self.store.owner_of(key_id)) if is_key_id(key_id) else None
        views = await self.of_user(user_id) if user_id else []
        return next((view for view in views if view.token == key_id), None)

    async def update(
        self, person: Person, user: User, key_id: str, update: KeyUpdate, *, slot: str | None = None
    ) -> KeyView:
        """Update the fields that are set in `update`, under the same policy as for a new key.

        `slot` is the reserved name that the key may get. Only Keydesk itself passes it.
        """
        alias = self.leases.hold(alias_lease(update.key_alias)) if update.key_alias else nullcontext()
        async with alias, self._locked(user.user_id, key_id) as locked:
            key = locked.key
            if update.key_alias and update.key_alias not in (key.key_alias, slot):
                check_not_reserved(update.key_alias, "key_alias")
            check_changed_budget(update, key, self.issuer.rules)
            models = await self._models(update, user, key)
            requested = update.model_dump(mode="json", include=update.model_fields_set)
            if models is not None:
                requested["models"] = list(models)
            mark = await self.store.block_mark(key_id)
            async with self._recording(person, Action.UPDATED, locked, requested):
                changed = await self.gateway.keys.update(key.token_hash, key_changes(update, models))
                if mark is not None and is_blocked_by(mark.by, key, mark):
                    mark = BlockMark(mark.by, changed.changed_at)
                    await self.store.mark_blocked(key_id, user.user_id, mark)
        # Checked after the outcome is recorded: the other fields have changed, so the update did not fail.
        check_cleared(update, changed)
        return KeyView.of(changed, key_id)

    async def block(self, person: Person, user: User, key_id: str) -> None:
        """Block the key. Does nothing if it is blocked already."""
        async with self._locked(user.user_id, key_id) as locked:
            if locked.key.blocked:
                return
            async with self._recording(person, Action.BLOCKED, locked, {"blocked": True}):
                blocked = await self.gateway.keys.block(locked.key.token_hash)
                mark = BlockMark(person.ref, blocked.changed_at)
                await self.store.mark_blocked(key_id, user.user_id, mark)

    async def unblock(self, person: Person, user: User, key_id: str) -> None:
        """Unblock a key that its owner blocked through Keydesk. Raises PolicyRefused if someone else blocked it."""
        async with self._locked(user.user_id, key_id) as locked:
            if not locked.key.blocked:
                return
            mark = await self.check_own_block(person, locked.key)
            await self.issuer.check_not_suspended(user)
            async with self._recording(person, Action.UNBLOCKED, locked, {"blocked": False}):
                # Cleared first: a stale mark would let the owner lift a later block by an administrator.
                await self.store.mark_blocked(key_id, user.user_id, None)
                try:
                    await self.gateway.keys.unblock(locked.key.token_hash)
                except LiteLLMError:
                    await self.store.mark_blocked(key_id, user.user_id, mark)
                    raise

    async def check_own_block(self, person: Person, key: Key) -> BlockMark | None:
        """Return the mark of the person's block on the key. Raises PolicyRefused if someone else blocked it."""
        mark = await self.store.block_mark(self.ids.of(key.token_hash))
        if key.blocked and not is_blocked_by(person.ref, key, mark):
            raise PolicyRefused(
                message("An administrator blocked this key."),
                hint=message("Ask the platform team to unblock it."),
            )
        return mark

    async def delete(self, person: Person, user: User, key_id: str) -> None:
        async with (
            self._locked(user.user_id, key_id) as locked,
            self._recording(person, Action.DELETED, locked, {}),
        ):
            await self.gateway.keys.delete(locked.key.token_hash)
            await self.store.remove(key_id)

    async def reset_spend(self, person: Person, user: User, key_id: str) -> None:
        """Set the spend of another person's key to zero. The route checks the permission.

        Raises PolicyRefused for the caller's own keys, unless the caller is in `resetters`. The permission alone is
        not enough, because many permission services allow everything that is not denied.
        """
        owner = await self.store.owner_of(key_id) or user.user_id
        async with self._locked(owner, key_id) as locked:
            if belongs_to(locked.key, person, user) and not await self.resetters.include(person):
                raise PolicyRefused(
                    message("You cannot reset the spend of your own key."),
                    hint=message("Ask the platform team to reset it."),
                )
            async with self._recording(person, Action.SPEND_RESET, locked, {"spend": 0.0}):
                await self.gateway.keys.reset_spend(locked.key.token_hash)

    @asynccontextmanager
    async def _locked(self, user_id: str, key_id: str) -> AsyncIterator[_LockedKey]:
        """Hold the lease of the key and yield its current state. Raises NotFound if the user does not own it."""
        if not is_key_id(key_id):
            raise _no_such_key()
        async with self.leases.hold(key_lease(key_id)) as lease:
            owned = await self._owned_by(user_id, self.hashes.get(key_id))
            yield _LockedKey(self._with_id(owned, key_id), lease)

    @asynccontextmanager
    async def _recording(
        self, person: Person, action: Action, locked: _LockedKey, after: dict[str, Any]
    ) -> AsyncIterator[None]:
        async with recording_under(locked.lease, self.audit, self._change(person, action, locked.key, after)):
            yield

    async def _owned_by(self, user_id: str, token_hash: str | None = None) -> list[Key]:
        keys = await self.gateway.keys.list(user_id=user_id, token_hash=token_hash)
        return [key for key in keys if key.user_id == user_id]

    def _with_id(self, keys: list[Key], key_id: str) -> Key:
        for key in keys:
            if self.ids.of(key.token_hash) == key_id:
                return key
        raise _no_such_key()

    async def _models(self, update: KeyUpdate, user: User, key: Key) -> tuple[str, ...] | None:
        if "models" not in update.model_fields_set:
            return None
        team = await self.issuer.teams.joined(user, key.team_id) if key.team_id else None
        return await self.issuer.allowed_models(update.models, user, team)

    def _change(self, person: Person, action: Action, key: Key, after: dict[str, Any]) -> Change:
        before = key.model_dump(mode="json", include=_AUDITED)
        return Change(person.ref, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)


def _no_such_key() -> NotFound:
    return NotFound(
        message("You have no key with this id."), hint=message("Check the id in your list of keys.")
    )
