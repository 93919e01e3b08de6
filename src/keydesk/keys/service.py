"""A person's keys: list, change, block, unblock, delete. Keys of others do not exist here.

Every change holds the lease of its key and reads the key and its mark under it, so that changes of one key happen
one after another over all replicas.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
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
    check_free,
    is_blocked_by,
    key_changes,
)
from keydesk.keys.store import KeyStore, alias_lease, key_lease, recording_under
from keydesk.kit.key_ids import KeyIds, is_key_id
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.litellm import Key, LiteLLM, LiteLLMError, User
from keydesk.storage.leases import Held, Leases

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
class _Held:
    """A key as it is under its lease."""

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

    async def of(self, user: User) -> list[KeyView]:
        """All keys of the user, newest first."""
        return await self.of_user(user.user_id)

    async def of_user(self, user_id: str) -> list[KeyView]:
        """The same by user id."""
        views = [KeyView.of(key, self.ids.of(key.token_hash)) for key in await self._owned_by(user_id)]
        return sorted(views, key=lambda view: view.created_at, reverse=True)

    async def owned(self, user: User) -> list[Key]:
        """All keys of the user as LiteLLM has them, with their metadata."""
        return await self._owned_by(user.user_id)

    async def update(
        self, person: Person, user: User, key_id: str, update: KeyUpdate, *, slot: str | None = None
    ) -> KeyView:
        """Change what `update` says, under the same policy as a new key. Only Keydesk itself names a `slot`."""
        alias = self.leases.hold(alias_lease(update.key_alias)) if update.key_alias else nullcontext()
        async with alias, self._held(user.user_id, key_id) as held:
            key = held.key
            if update.key_alias and update.key_alias not in (key.key_alias, slot):
                check_free(update.key_alias, "key_alias")
            check_changed_budget(update, key, self.issuer.rules)
            models = await self._models(update, user, key)
            asked_for = update.model_dump(mode="json", include=update.model_fields_set)
            if models is not None:
                asked_for["models"] = list(models)
            mark = await self.store.block_mark(key_id)
            async with self._recording(person, Action.UPDATED, held, asked_for):
                changed = await self.gateway.keys.update(key.token_hash, key_changes(update, models))
                if mark is not None and is_blocked_by(mark.by, key, mark):
                    mark = BlockMark(mark.by, changed.changed_at)
                    await self.store.mark_blocked(key_id, user.user_id, mark)
        # After the record: whatever else was said has changed, so that this is no change that failed.
        check_cleared(update, changed)
        return KeyView.of(changed, key_id)

    async def block(self, person: Person, user: User, key_id: str) -> None:
        """Block the key. One that is blocked already stays whoever's block it was."""
        async with self._held(user.user_id, key_id) as held:
            if held.key.blocked:
                return
            async with self._recording(person, Action.BLOCKED, held, {"blocked": True}):
                blocked = await self.gateway.keys.block(held.key.token_hash)
                mark = BlockMark(person.ref, blocked.changed_at)
                await self.store.mark_blocked(key_id, user.user_id, mark)

    async def unblock(self, person: Person, user: User, key_id: str) -> None:
        """Lift a block that its owner set here. Raises PolicyRefused for anybody else's block."""
        async with self._held(user.user_id, key_id) as held:
            if not held.key.blocked:
                return
            mark = await self.check_own_block(person, held.key)
            await self.issuer.check_not_suspended(user)
            async with self._recording(person, Action.UNBLOCKED, held, {"blocked": False}):
                # The mark goes first: were it to outlive the block, it could let the owner lift a later one.
                await self.store.mark_blocked(key_id, user.user_id, None)
                try:
                    await self.gateway.keys.unblock(held.key.token_hash)
                except LiteLLMError:
                    await self.store.mark_blocked(key_id, user.user_id, mark)
                    raise

    async def check_own_block(self, person: Person, key: Key) -> BlockMark | None:
        """Return the mark of the person's own block on the key. Raises PolicyRefused for anybody else's block."""
        mark = await self.store.block_mark(self.ids.of(key.token_hash))
        if key.blocked and not is_blocked_by(person.ref, key, mark):
            raise PolicyRefused(
                "An administrator blocked this key.", hint="Ask the platform team to unblock it."
            )
        return mark

    async def delete(self, person: Person, user: User, key_id: str) -> None:
        async with (
            self._held(user.user_id, key_id) as held,
            self._recording(person, Action.DELETED, held, {}),
        ):
            await self.gateway.keys.delete(held.key.token_hash)
            await self.store.remove(key_id)

    async def reset_spend(self, person: Person, user: User, key_id: str) -> None:
        """Set the spend of another person's key to zero; the route checks the permission.

        Raises PolicyRefused for a key of the caller's, unless the caller is in `resetters`: many permission
        services allow everything that is not denied.
        """
        owner = await self.store.owner_of(key_id) or user.user_id
        async with self._held(owner, key_id) as held:
            if belongs_to(held.key, person, user) and not await self.resetters.include(person):
                raise PolicyRefused(
                    "You cannot reset the spend of your own key.", hint="Ask the platform team to reset it."
                )
            async with self._recording(person, Action.SPEND_RESET, held, {"spend": 0.0}):
                await self.gateway.keys.reset_spend(held.key.token_hash)

    @asynccontextmanager
    async def _held(self, user_id: str, key_id: str) -> AsyncIterator[_Held]:
        """Hold the lease of the user's key; yield the key as it is now. Raises NotFound for no key of theirs."""
        if not is_key_id(key_id):
            raise _no_such_key()
        async with self.leases.hold(key_lease(key_id)) as lease:
            yield _Held(self._with_id(await self._owned_by(user_id), key_id), lease)

    @asynccontextmanager
    async def _recording(
        self, person: Person, action: Action, held: _Held, after: dict[str, Any]
    ) -> AsyncIterator[None]:
        async with recording_under(held.lease, self.audit, self._change(person, action, held.key, after)):
            yield

    async def _owned_by(self, user_id: str) -> list[Key]:
        return [key for key in await self.gateway.keys.list(user_id=user_id) if key.user_id == user_id]

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
    return NotFound("You have no key with this id.", hint="Check the id in your list of keys.")
