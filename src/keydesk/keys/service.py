"""A person's keys: list, change, block, unblock, delete. Keys of others do not exist here."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.identity.principal import Person
from keydesk.keys.ids import KeyIds
from keydesk.keys.issuing import Issuer, alias_lease
from keydesk.keys.models import BlockMark, KeyUpdate, KeyView
from keydesk.keys.policy import check_budget, check_cleared, is_blocked_by, key_changes
from keydesk.keys.store import KeyStore
from keydesk.litellm import Key, LiteLLM, LiteLLMError, User
from keydesk.problems import NotFound, PolicyRefused
from keydesk.storage.leases import Leases

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
class Keys:
    gateway: LiteLLM
    issuer: Issuer
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit

    async def of(self, user: User) -> list[KeyView]:
        """All keys of the user, newest first."""
        return await self.of_user(user.user_id)

    async def of_user(self, user_id: str) -> list[KeyView]:
        """The same by user id."""
        views = [KeyView.of(key, self.ids.of(key.token_hash)) for key in await self._owned_by(user_id)]
        return sorted(views, key=lambda view: view.created_at, reverse=True)

    async def update(self, person: Person, user: User, key_id: str, update: KeyUpdate) -> KeyView:
        """Change what `update` says, under the same policy as a new key."""
        key = await self._own(user, key_id)
        if "max_budget" in update.model_fields_set:
            check_budget(update.max_budget, self.issuer.rules)
        models = await self._models(update, user, key)
        changes = key_changes(update, models)
        asked_for = update.model_dump(mode="json", include=update.model_fields_set)
        if models is not None:
            asked_for["models"] = list(models)
        alias = self.leases.hold(alias_lease(update.key_alias)) if update.key_alias else nullcontext()
        async with alias, self.audit.recording(self._change(person, Action.UPDATED, key, asked_for)):
            mark = await self.store.block_mark(key_id)
            changed = await self.gateway.keys.update(key.token_hash, changes)
            if mark is not None and is_blocked_by(mark.by, key, mark):
                mark = BlockMark(mark.by, changed.changed_at)
                await self.store.mark_blocked(key_id, user.user_id, mark)
            check_cleared(update, changed)
        return KeyView.of(changed, key_id)

    async def block(self, person: Person, user: User, key_id: str) -> None:
        """Block the key. One that is blocked already stays whoever's block it was."""
        key = await self._own(user, key_id)
        if key.blocked:
            return
        async with self.audit.recording(self._change(person, Action.BLOCKED, key, {"blocked": True})):
            blocked = await self.gateway.keys.block(key.token_hash)
            mark = BlockMark(person.ref, blocked.changed_at)
            await self.store.mark_blocked(key_id, user.user_id, mark)

    async def unblock(self, person: Person, user: User, key_id: str) -> None:
        """Lift a block that its owner set here. Raises PolicyRefused for anybody else's block."""
        key = await self._own(user, key_id)
        if not key.blocked:
            return
        mark = await self.store.block_mark(key_id)
        if not is_blocked_by(person.ref, key, mark):
            raise PolicyRefused("This key was blocked by an administrator.", hint="Ask the platform team.")
        async with self.audit.recording(self._change(person, Action.UNBLOCKED, key, {"blocked": False})):
            # The mark goes first: were it to outlive the block, it could let the owner lift a later one.
            await self.store.mark_blocked(key_id, user.user_id, None)
            try:
                await self.gateway.keys.unblock(key.token_hash)
            except LiteLLMError:
                await self.store.mark_blocked(key_id, user.user_id, mark)
                raise

    async def delete(self, person: Person, user: User, key_id: str) -> None:
        key = await self._own(user, key_id)
        async with self.audit.recording(self._change(person, Action.DELETED, key, {})):
            await self.gateway.keys.delete(key.token_hash)
            await self.store.remove(key_id)

    async def reset_spend(self, person: Person, user: User, key_id: str) -> None:
        """Zero the spend of anybody's key; the route asks for the permission."""
        owner = await self.store.owner_of(key_id) or user.user_id
        key = self._with_id(await self._owned_by(owner), key_id)
        async with self.audit.recording(self._change(person, Action.SPEND_RESET, key, {"spend": 0.0})):
            await self.gateway.keys.reset_spend(key.token_hash)

    async def _owned_by(self, user_id: str) -> list[Key]:
        return [key for key in await self.gateway.keys.list(user_id=user_id) if key.user_id == user_id]

    async def _own(self, user: User, key_id: str) -> Key:
        return self._with_id(await self._owned_by(user.user_id), key_id)

    def _with_id(self, keys: list[Key], key_id: str) -> Key:
        for key in keys:
            if self.ids.of(key.token_hash) == key_id:
                return key
        raise NotFound("You have no key with this id.")

    async def _models(self, update: KeyUpdate, user: User, key: Key) -> tuple[str, ...] | None:
        if "models" not in update.model_fields_set:
            return None
        team = await self.issuer.teams.joined(user, key.team_id) if key.team_id else None
        return await self.issuer.allowed_models(update.models, user, team)

    def _change(self, person: Person, action: Action, key: Key, after: dict[str, Any]) -> Change:
        before = key.model_dump(mode="json", include=_AUDITED)
        return Change(person.ref, action, AuditedTable.KEY, self.ids.of(key.token_hash), before, after)
