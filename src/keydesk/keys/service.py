"""Lists, updates, blocks, unblocks and deletes the keys of an owner. Raises NotFound for keys of other owners.

The owner is a person's `User`, or `owners.as_user` for the service keys of a team.

Every change holds the lease of its key and reads the key and its block mark while holding it. Concurrent changes of
one key are therefore serialized across replicas.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change, Intent
from keydesk.audit.service import Audit
from keydesk.keys.blocking import (
    block_secrets,
    can_take_over,
    check_not_leaked,
    is_blocked,
    move_mark,
    unblock_secrets,
)
from keydesk.keys.change_notices import notices_of_block
from keydesk.keys.issuing import Issuer
from keydesk.keys.models import BlockMark, KeyUpdate, KeyView
from keydesk.keys.owners import blocker_name, keys_of, owner_of
from keydesk.keys.policy import (
    check_changed_budget,
    check_cleared,
    check_not_reserved,
    is_blocked_by,
    key_changes,
    violation_blocking,
)
from keydesk.keys.secret_changes import changes_of_secrets, with_carried
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey, folded, view_of
from keydesk.keys.store import KeyStore, alias_lease, key_lease, recording_under
from keydesk.keys.tools import tools_in
from keydesk.kit.key_ids import KeyIds, is_key_id
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.lifetimes.policy import check_changed_lifetime, refusal_to_unblock
from keydesk.litellm import Key, KeyChanges, LiteLLM, LiteLLMError, User
from keydesk.litellm import NotFound as LiteLLMNotFound
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
class LockedKey:
    """A key that was read while its lease is held. `key` shows all its secrets as one."""

    folded: FoldedKey
    lease: Held

    @property
    def key(self) -> Key:
        return self.folded.key


@dataclass(frozen=True, slots=True)
class Keys:
    gateway: LiteLLM
    issuer: Issuer
    ids: KeyIds
    store: KeyStore
    secrets: KeySecrets
    leases: Leases
    audit: Audit
    hashes: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Token hashes of known keys by id. Rotated keys have several and are always read from all keys of the owner."""

    def knowing(self, keys: Iterable[Key]) -> "Keys":
        """Return a copy that reads each of these keys by its hash before a change, instead of all keys of its owner."""
        return self.at({self.ids.of(key.token_hash): key.token_hash for key in keys})

    def at(self, hashes: Mapping[str, str]) -> "Keys":
        """Return a copy that reads keys by their hashes before a change. `hashes` are by key id."""
        return replace(self, hashes=hashes)

    async def of(self, user: User) -> list[KeyView]:
        return await self.of_owner(user.user_id)

    async def of_owner(self, owner: str) -> list[KeyView]:
        """Return the keys of the owner, newest first."""
        return (await self.with_tools(owner))[0]

    async def with_tools(self, owner: str) -> tuple[list[KeyView], dict[str, tuple[str, ...]]]:
        """Return the keys like `of_owner`, and the ids of the tools that they were set up for, by key id."""
        keys = folded(await keys_of(self.gateway, owner), self.ids.of)
        views = [view_of(key) for key in keys.values()]
        tools = {key_id: found for key_id, each in keys.items() if (found := tools_in(each.key.metadata))}
        return sorted(views, key=lambda view: view.created_at, reverse=True), tools

    async def owned(self, user: User) -> list[Key]:
        """Return the user's keys as LiteLLM stores them, with metadata: one for each secret."""
        return await keys_of(self.gateway, user.user_id)

    async def has_new_key(self, user: User) -> bool:
        """Return whether the user created a key in the last minutes, so that its first request is expected."""
        issued_at = await self.store.latest_issue(user.user_id)
        return issued_at is not None and self.issuer.clock() - issued_at < _NEW_FOR

    async def find_for_auditor(self, key_id: str, owner: str | None = None) -> KeyView | None:
        """Return a key of any person, or None if it is unknown.

        `owner` is by default the owner that Keydesk recorded. Keys from outside of Keydesk have no recorded owner.
        """
        found = (owner or await self.store.owner_of(key_id)) if is_key_id(key_id) else None
        views = await self.of_owner(found) if found else []
        return next((view for view in views if view.token == key_id), None)

    async def update(
        self, person: Person, user: User, key_id: str, update: KeyUpdate, *, slot: str | None = None
    ) -> KeyView:
        """Update the fields that are set in `update`, under the same policy as for a new key.

        `slot` is the reserved name that the key may get. Only Keydesk itself passes it.
        """
        alias = self.leases.hold(alias_lease(update.key_alias)) if update.key_alias else nullcontext()
        async with (
            self.issuer.allowance.locked(user.user_id, update.model_fields_set),
            alias,
            self.locked(user.user_id, key_id) as locked,
        ):
            key = locked.key
            if update.key_alias and update.key_alias not in (key.key_alias, slot):
                check_not_reserved(update.key_alias, "key_alias")
            check_changed_budget(update, key, self.issuer.rules)
            if "duration" in update.model_fields_set:
                rules = await self.issuer.lifetime_rules(person, user.user_id, key.team_id)
                check_changed_lifetime(update.duration, key, rules, self.issuer.clock())
            models = await self._models(update, user, key)
            changes = key_changes(update, models)
            await self.issuer.allowance.check_change(locked.folded, changes)
            requested = update.model_dump(mode="json", include=update.model_fields_set)
            if models is not None:
                requested["models"] = list(models)
            async with self.recording(person, Action.UPDATED, locked, requested):
                changed = await self.change(locked.folded, changes)
        # Checked after the outcome is recorded: the other fields have changed, so the update did not fail.
        check_cleared(update, changed.key)
        return view_of(changed)

    async def change(self, key: FoldedKey, changes: KeyChanges) -> FoldedKey:
        """Change all secrets of a locked key, and return it."""
        async with self.issuer.allowance.giving_up(key, changes):
            planned = changes_of_secrets(key, changes)
            previous = {secret.token_hash: secret for secret in key.previous}
            for secret, its_changes in planned.previous:
                previous[secret.token_hash] = await self.gateway.keys.update(secret.token_hash, its_changes)
            current = await self.change_current(key, planned.current)
            changed = FoldedKey.of(key.key_id, [current, *previous.values()])
            if changed.carried.resets_at is not None and "budget_duration" in changes.model_fields_set:
                # Only a later reset than this one begins a new period.
                moved = with_carried(changed, resets_at=current.budget_reset_at, period=None)
                current = await self.change_current(changed, moved)
                changed = FoldedKey.of(key.key_id, [current, *previous.values()])
            return changed

    async def change_current(self, key: FoldedKey, changes: KeyChanges) -> Key:
        """Change only the current secret of a locked key."""
        changed = await self.gateway.keys.update(key.current.token_hash, changes)
        await move_mark(self.store, key.key_id, key.current, changed)
        return changed

    async def block(self, person: Person, user: User, key_id: str, *, as_admin: bool = False) -> None:
        """Block the key. Does nothing if it is blocked already, except that an admin takes over the owner's block."""
        async with self.locked(user.user_id, key_id) as locked:
            if is_blocked(locked.folded) and not (
                as_admin and await can_take_over(self.store, person.ref, key_id)
            ):
                return
            async with self.recording(person, Action.BLOCKED, locked, {"blocked": True}) as intent:
                blocked = await block_secrets(self.gateway, locked.folded)
                if blocked is not None or as_admin:
                    by = person.ref if as_admin else blocker_name(person.ref, user.user_id)
                    mark = BlockMark(by, (blocked or locked.folded.current).changed_at)
                    await self.store.mark_blocked(key_id, user.user_id, mark)
                intent.also += self.issuer.outbox.adding(notices_of_block(person, locked.folded, intent.id))

    async def unblock(self, person: Person, user: User, key_id: str, *, as_admin: bool = False) -> None:
        """Unblock the key. Raises PolicyRefused if someone else blocked it, unless the route has checked an admin."""
        async with self.locked(user.user_id, key_id) as locked:
            if not locked.key.blocked:
                return
            mark = await self.store.block_mark(key_id)
            check_not_leaked(mark)
            if not as_admin:
                await self.check_own_block(person, locked.key)
            await self.lift_block(person, user, locked, mark)

    async def lift_block(self, person: Person, user: User, locked: LockedKey, mark: BlockMark | None) -> None:
        """Unblock a locked key. The caller has checked that the person may lift the block of `mark`."""
        await self.issuer.check_not_suspended(user)
        key_id = locked.folded.key_id
        async with self.recording(person, Action.UNBLOCKED, locked, {"blocked": False}):
            # Cleared first: a stale mark would let the owner lift a later block by an administrator.
            await self.store.mark_blocked(key_id, user.user_id, None)
            try:
                await unblock_secrets(self.gateway, locked.folded, mark)
            except LiteLLMError:
                await self.store.mark_blocked(key_id, user.user_id, mark)
                raise

    async def check_own_block(self, person: Person, key: Key) -> BlockMark | None:
        """Return the mark of the person's block on the key. Raises PolicyRefused if someone else blocked it.

        Every admin of a team may lift the block of another one.
        """
        mark = await self.store.block_mark(self.ids.of(key.token_hash))
        if key.blocked:
            check_not_leaked(mark)
        if key.blocked and not is_blocked_by(blocker_name(person.ref, owner_of(key)), key, mark):
            violation = violation_blocking(key, mark)
            if violation is not None:
                raise refusal_to_unblock(violation)
            raise PolicyRefused(
                message("An administrator blocked this key."),
                hint=message("Ask the platform team to unblock it."),
            )
        return mark

    async def delete(self, person: Person, user: User, key_id: str) -> None:
        async with (
            self.locked(user.user_id, key_id) as locked,
            self.issuer.allowance.giving_up(locked.folded, None),
            self.recording(person, Action.DELETED, locked, {}),
        ):
            await self.delete_previous(locked.folded)
            await self.gateway.keys.delete(locked.key.token_hash)
            await self.store.remove(key_id)
            await self.secrets.run(self.secrets.ending(key_id, self.issuer.clock()))

    async def delete_previous(self, key: FoldedKey) -> None:
        """Delete the previous secrets of a locked key."""
        for secret in key.previous:
            with suppress(LiteLLMNotFound):
                await self.gateway.keys.delete(secret.token_hash)

    @asynccontextmanager
    async def locked(self, owner: str, key_id: str) -> AsyncIterator[LockedKey]:
        """Hold the lease of the key and yield its current state. Raises NotFound for the key of another owner."""
        if not is_key_id(key_id):
            raise no_such_key()
        async with self.leases.hold(key_lease(key_id)) as lease:
            yield LockedKey(await self.find(owner, key_id), lease)

    async def find(self, owner: str, key_id: str) -> FoldedKey:
        """Return the key with all its secrets. Raises NotFound for the key of another owner."""
        if not is_key_id(key_id):
            raise no_such_key()
        is_rotated = await self.secrets.refresh(key_id)
        token_hash = None if is_rotated else self.hashes.get(key_id)
        owned = await keys_of(self.gateway, owner, token_hash)
        found = folded(owned, self.ids.of).get(key_id)
        if found is None:
            raise no_such_key()
        return found

    @asynccontextmanager
    async def recording(
        self, person: Person, action: Action, locked: LockedKey, after: dict[str, Any]
    ) -> AsyncIterator[Intent]:
        change = self.change_of(person, action, locked.key, after)
        async with recording_under(locked.lease, self.audit, change) as intent:
            yield intent

    async def _models(self, update: KeyUpdate, user: User, key: Key) -> tuple[str, ...] | None:
        if "models" not in update.model_fields_set:
            return None
        team = await self.issuer.joined(user, key.team_id) if key.team_id else None
        return await self.issuer.allowed_models(update.models, user, team)

    def change_of(self, person: Person, action: Action, key: Key, after: dict[str, Any]) -> Change:
        """Return the audited change of a key."""
        before = key.model_dump(mode="json", include=_AUDITED)
        return Change(person.ref, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)


def no_such_key() -> NotFound:
    return NotFound(
        message("You have no key with this id."), hint=message("Check the id in your list of keys.")
    )
