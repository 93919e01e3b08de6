"""Rotates a key: makes a new secret under the same id, and lets the previous one work until the overlap ends.

LiteLLM rotates keys only with a license, so the new secret is a key of its own in LiteLLM. First the current secret
gets another name, an end and its share of the budget, in one call. Then the new secret is made with the name. Whatever
fails, one of them works, and together they never have more than one budget.

The secret of a blocked key ends immediately and stays blocked, also if the rotation fails or is undone.
"""

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change, Intent
from keydesk.audit.service import had_no_effect
from keydesk.keys.change_notices import rotated_notice
from keydesk.keys.issuing import Issuer
from keydesk.keys.models import BlockMark, IssuedKeyView, RotatedKeyView, RotationRequest
from keydesk.keys.rotation_policy import RotationPlan, check_no_overlap, check_rotatable, overlap_of
from keydesk.keys.rotation_undo import RotationUndo, recorded
from keydesk.keys.secret_store import KeySecrets, LaterSecret
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.service import Keys
from keydesk.keys.settling import COUNTED_AFTER, Settling, next_share_at
from keydesk.keys.store import alias_lease
from keydesk.kit.key_ids import link_tag
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, NotRecorded
from keydesk.litellm import CreatedKey, LiteLLMError, User
from keydesk.storage.leases import Held


@dataclass(frozen=True, slots=True)
class KeyRotation:
    keys: Keys
    secrets: KeySecrets
    settling: Settling
    undoing: RotationUndo

    @property
    def issuer(self) -> Issuer:
        return self.keys.issuer

    async def rotate(
        self, person: Person, user: User, key_id: str, request: RotationRequest
    ) -> RotatedKeyView:
        """Return the key with a new secret. If a previous secret still works, it ends first: never more than two work.

        Raises NotFound for keys of others and if the user left the team, NotAnAccount if the account is suspended,
        PolicyRefused for a key that does not work, and Conflicting if the key is renamed at the same time.
        """
        overlap = overlap_of(request.overlap, self.issuer.rules.longest_overlap)
        await self.issuer.check_not_suspended(user)
        alias = (await self.keys.find(user.user_id, key_id)).key.key_alias
        name = self.keys.leases.hold(alias_lease(alias)) if alias else nullcontext()
        # Halfway, the key has only a part of its budget.
        counted = self.issuer.allowance.locked(user.user_id)
        async with counted, name, self.keys.locked(user.user_id, key_id) as locked:
            check_rotatable(locked.key, await self.keys.store.block_mark(key_id), self.issuer.clock())
            if locked.key.blocked:
                check_no_overlap(request.overlap)
                overlap = timedelta()
            if locked.key.key_alias != alias:
                raise Conflicting(
                    message("The key was renamed at the same time."), hint=message("Try again.")
                )
            await self.issuer.team_of(user, locked.key.team_id)
            alone = await self.settling.remove_previous(person.ref, locked.folded)
            plan = self._plan(alone, overlap)
            created = await self._rotate(person, user, plan, locked.lease)
        issued = IssuedKeyView.of(created, key_id).model_copy(update={"max_budget": plan.carried.budget_usd})
        return RotatedKeyView.after(issued, plan.ends_at)

    def _plan(self, key: FoldedKey, overlap: timedelta) -> RotationPlan:
        secret_id = self.keys.ids.of_secret(key.current.token_hash)
        return RotationPlan.of(key, secret_id, overlap, self.issuer.clock())

    async def _rotate(self, person: Person, user: User, plan: RotationPlan, lease: Held) -> CreatedKey:
        after: dict[str, Any] = {"previous_secret_expires_at": plan.ends_at.isoformat()}
        if plan.current.blocked:
            after["blocked"] = False
        change = Change(person.ref, Action.ROTATED, AuditedTable.KEY, plan.key_id, recorded(plan), after)
        try:
            async with self.keys.audit.recording(change) as intent:
                await self._make_previous(plan)
                intent.has_begun = True
                created = await self._created(user, plan, intent)
                self._record(intent, created, plan)
                notice = rotated_notice(person, plan.key_id, plan.current, plan.ends_at, intent.id)
                intent.also += [*self.issuer.outbox.adding([notice]), lease.giving_back]
        except NotRecorded:
            # If this fails too, reconciliation finds the new secret through the open intent.
            with suppress(LiteLLMError):
                await self.undoing.undo(intent)
            raise
        lease.given_back = True
        return created

    async def _make_previous(self, plan: RotationPlan) -> None:
        """Make the current secret the previous one. The mark of a blocked key stays valid, whatever happens next."""
        store, owner = self.keys.store, plan.owner
        mark = await store.block_mark(plan.key_id) if plan.current.blocked else None
        if mark is not None:
            await store.mark_blocked(plan.key_id, owner, BlockMark(mark.by, None))
        try:
            previous = await self.keys.gateway.keys.update(plan.current.token_hash, plan.of_previous())
        except LiteLLMError as error:
            if mark is not None and had_no_effect(error):
                await store.mark_blocked(plan.key_id, owner, mark)
            raise
        if mark is not None:
            await store.mark_blocked(plan.key_id, owner, BlockMark(mark.by, previous.changed_at))

    async def _created(self, user: User, plan: RotationPlan, intent: Intent) -> CreatedKey:
        """Make the new secret. If that or a check after it fails, undo the rotation."""
        try:
            new = plan.of_new(intent.id, self.issuer.clock())
            created = await self.keys.gateway.keys.create(new)
            await self.issuer.check_not_suspended(user)
            await self.issuer.check_still_member(user, plan.current.team_id)
        except Exception:
            await self.undoing.undo(intent)
            intent.has_begun = False
            raise
        return created

    def _record(self, intent: Intent, created: CreatedKey, plan: RotationPlan) -> None:
        """Add to the outcome that the key has this secret, for this process and all others."""
        now = self.issuer.clock()
        secret_id = self.keys.ids.of_secret(created.token_hash)
        secret = LaterSecret(secret_id, plan.key_id, plan.owner, now)
        intent.tags.add(link_tag(secret_id, plan.key_id))
        intent.also += [
            self.keys.store.adding(plan.key_id, plan.owner, now),
            self.keys.store.unmarking(plan.key_id),
            *self.secrets.replacing(
                secret, plan.ends_at, min(next_share_at(now, now), plan.ends_at + COUNTED_AFTER)
            ),
        ]
