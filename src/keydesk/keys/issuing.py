"""Creates a key: checks the policy, records the intent, calls LiteLLM. Deletes the key if a later step fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from keydesk.audit.models import Action, AuditedTable, Change, Intent
from keydesk.audit.service import Audit
from keydesk.keys.allowance import KeyAllowance
from keydesk.keys.change_notices import created_notice
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.counts import KeyCounts
from keydesk.keys.models import IssuedKeyView, KeyRequest
from keydesk.keys.owners import as_user, team_of, user_id_of
from keydesk.keys.policy import (
    SLOT_MEMBER,
    check_new_budget,
    check_not_reserved,
    check_team_given,
    new_key,
    stamps,
)
from keydesk.keys.store import KeyStore, alias_lease
from keydesk.keys.workload import Workload, workload_key_in
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount, PolicyRefused
from keydesk.lifetimes.policy import check_lifetime
from keydesk.lifetimes.service import Lifetimes
from keydesk.litellm import CreatedKey, LiteLLM, LiteLLMError, Team, User
from keydesk.models.models import ModelView
from keydesk.models.policy import models_for_key
from keydesk.notices.outbox import Outbox
from keydesk.settings import KeyGeneration, LifetimeRules
from keydesk.storage.leases import Held, Leases
from keydesk.teams.service import Teams

_MAX_REMOVAL = timedelta(minutes=2)
"""Maximum time between recording the removal of a team member and its effect in LiteLLM."""
BeforeReturn = Callable[[], Awaitable[None]]
"""Runs after a key is created and before it is returned."""
OwnModels = Callable[[User], Awaitable[User]]
"""Returns an account without models that it has for a time, such as `AccountGrants.without_models`."""
HasLeft = Callable[[str], Awaitable[bool]]
"""Returns whether the account with a user id is suspended, such as `AccountStore.has_left`."""


class ModelSource(Protocol):
    """Lists the available models, such as `Catalogue`."""

    async def models(self) -> list[ModelView]: ...


@dataclass(frozen=True, slots=True)
class _PrefetchedModels:
    task: asyncio.Task[list[ModelView]]

    async def models(self) -> list[ModelView]:
        return await self.task


@dataclass(frozen=True, slots=True)
class Slot:
    """A reserved key name. `before_return` deletes the key with the id `replaced`, which had the name before."""

    name: str
    before_return: BeforeReturn
    replaced: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """A key to create. `owner` is the account of a person or stands for a team, see `owners.as_user`."""

    person: Person
    owner: User
    request: KeyRequest
    slot: Slot | None = None
    contacts: Sequence[str] = ()
    workload: Workload | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    gateway: LiteLLM
    rules: KeyGeneration
    teams: Teams
    catalogue: ModelSource
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit
    clock: Clock
    counts: KeyCounts
    allowance: KeyAllowance
    has_left: HasLeft
    own_models: OwnModels
    lifetimes: Lifetimes
    outbox: Outbox
    service_keys: ServiceKeyStore

    async def issue(
        self, person: Person, user: User, request: KeyRequest, slot: Slot | None = None
    ) -> IssuedKeyView:
        """Create a key for `user` and return it with its secret.

        Raises PolicyRefused or InvalidRequest if the request violates a rule, NotFound if the user is not a member
        of the team, TooMany if the person or the team has reached its maximum, and litellm.Conflict if the alias is
        in use. Only litellm.Conflict is raised after `/key/generate` is called.
        """
        check_team_given(request.team_id, self.rules)
        return await self._issue(_Order(person, user, request, slot))

    async def issue_for_team(
        self, person: Person, request: KeyRequest, contacts: Sequence[str]
    ) -> IssuedKeyView:
        """Create a service key of the team in the request. The caller has checked that the person manages the team.

        Raises the errors of `issue`. No person owns the key: it has all models of the team by default, and counts only
        for the maximum of the team.
        """
        return await self._issue(_Order(person, as_user(request.team_id or ""), request, None, contacts))

    async def issue_for_workload(self, workload: Workload, request: KeyRequest) -> IssuedKeyView:
        """Create a service key that a verified workload uses. It has no contacts, and nobody gets notices about it.

        Raises the errors of `issue_for_team`.
        """
        actor, owner = Person(workload.actor), as_user(request.team_id or "")
        return await self._issue(_Order(actor, owner, request, workload=workload))

    async def _issue(self, order: _Order) -> IssuedKeyView:
        owner, request, slot = order.owner, order.request, order.slot
        if slot is None:
            check_not_reserved(request.alias, "alias")
        check_new_budget(request, self.rules)
        request = await self._with_lifetime(order)
        team, catalogue, counts = await asyncio.gather(
            self.team_of(owner, request.team_id),
            self.catalogue.models(),
            self.counts.of(owner.user_id, request.team_id),
        )
        models = models_for_key(request.models, await self._owner_for(team, owner), team, catalogue)
        order = replace(order, request=request.model_copy(update={"models": list(models)}))
        # LiteLLM checks the alias before it inserts the key, so two concurrent requests could both succeed.
        replaced = slot.replaced if slot else None
        async with (
            self.allowance.locked(owner.user_id),
            self.counts.reserve(counts, 1 if replaced else 0),
            self.leases.hold(alias_lease(request.alias)) as lease,
        ):
            if slot is None:
                await self.allowance.check_new(owner, order.request)
            else:
                fitted = await self.allowance.fitted(owner, order.request, replaced)
                order = replace(order, request=fitted)
            return await self._create(order, lease)

    async def lifetime_rules(self, person: Person, owner: str, team_id: str | None) -> LifetimeRules:
        """Return the rules for the owner's keys in the team. The groups of a person do not count for service keys.

        Raises DirectoryUnavailable if roles are configured and the person's groups are unknown.
        """
        if team_of(owner) is not None:
            return self.lifetimes.rules_of(None, team_id)
        return await self.lifetimes.rules_for(person, team_id)

    async def _with_lifetime(self, order: _Order) -> KeyRequest:
        """Return the request with the lifetime that the key gets. Raises PolicyRefused.

        Nobody chose the lifetime of a key in a slot, so the policy shortens it.
        """
        request, slot = order.request, order.slot
        rules = await self.lifetime_rules(order.person, order.owner.user_id, request.team_id)
        duration = request.duration
        if "duration" not in request.model_fields_set or (slot and duration and not rules.allows(duration)):
            duration = rules.usual
        check_lifetime(duration, rules)
        return request.model_copy(update={"duration": duration})

    def with_prefetched_models(self) -> "Issuer":
        """Return a copy that has started to load the models, concurrently with the caller's account."""
        task = asyncio.create_task(self.catalogue.models())
        # Retrieves the exception, so that asyncio does not log it if the task is never awaited.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return replace(self, catalogue=_PrefetchedModels(task))

    async def allowed_models(
        self, requested: Sequence[str], user: User, team: Team | None
    ) -> tuple[str, ...]:
        """Return the list of models to store with a key. See `models.policy.models_for_key`."""
        owner = await self._owner_for(team, user)
        return models_for_key(requested, owner, team, await self.catalogue.models())

    async def _owner_for(self, team: Team | None, owner: User) -> User:
        """Return the owner whose models the key of a team can get.

        LiteLLM does not apply the owner's list to such a key, so that the key would keep models that the owner has only
        for a time.
        """
        return owner if team is None else await self.own_models(owner)

    async def joined(self, user: User, team_id: str) -> Team:
        """Return the team if the user is a member, or is the team itself. Raises NotFound."""
        if team_of(user.user_id) != team_id:
            return await self.teams.joined(user, team_id)
        return await self.teams.existing(team_id)

    async def team_of(self, user: User, team_id: str | None) -> Team | None:
        """Return the team of a key. Raises NotFound for non-members, and PolicyRefused if the team is blocked."""
        if team_id is None:
            return None
        team = await self.joined(user, team_id)
        if team.blocked:
            raise PolicyRefused(
                message("This team is blocked, so you cannot create keys in it."),
                hint=message("Choose another team, or ask an admin of the team to unblock it."),
                param="team_id",
            )
        return team

    async def _create(self, order: _Order, lease: Held) -> IssuedKeyView:
        person, owner, request, slot = order.person, order.owner, order.request, order.slot
        requested = request.model_dump(mode="json", exclude={"metadata", "key_type"})
        requested["user_id"] = user_id_of(owner.user_id)
        if order.contacts:
            requested["contacts"] = list(order.contacts)
        if order.workload:
            requested |= order.workload.audited()
        change = Change(person.ref, Action.CREATED, AuditedTable.KEY, None, after=requested)
        created: CreatedKey | None = None
        try:
            async with self.audit.recording(change) as intent:
                now = self.clock()
                stamped = stamps(person, owner, now, intent.id) | {SLOT_MEMBER: slot.name if slot else None}
                stamped |= order.workload.stamps() if order.workload else {}
                created = await self.gateway.keys.create(new_key(request, owner, stamped))
                intent.object_id = self.ids.of(created.token_hash)
                intent.also += self._recorded(order, intent, created)
                intent.also.append(lease.giving_back)
                await self.check_not_suspended(owner)
                await self.check_still_member(owner, request.team_id)
                if slot is not None:
                    await slot.before_return()
            lease.given_back = True
        except Exception:
            if created is not None:
                # If this fails too, reconciliation finds the key through the open intent.
                with suppress(LiteLLMError):
                    await self.gateway.keys.delete(created.token_hash)
                await self.audit.invalidate(change, None)
            raise
        return IssuedKeyView.of(created, self.ids.of(created.token_hash))

    def _recorded(self, order: _Order, intent: Intent, created: CreatedKey) -> list[Any]:
        """Return the statements that store the key and a notice about it."""
        owner, key_id = order.owner.user_id, self.ids.of(created.token_hash)
        workload = workload_key_in(intent.change.after, created.expires_at)
        notice = created_notice(order.person, owner, order.request.alias, key_id)
        return [
            self.store.adding(key_id, owner, self.clock()),
            *self.service_keys.setting(key_id, owner, order.contacts, workload),
            *self.outbox.adding([] if order.workload else [notice]),
        ]

    async def check_not_suspended(self, user: User) -> None:
        """Raise NotAnAccount if the account is suspended.

        A suspension is recorded before the keys are listed and blocked. A key that is missing from that list was
        created later, so this check finds the record.
        """
        if await self.has_left(user.user_id):
            raise NotAnAccount(
                message("Your account is suspended."), hint=message("Ask the platform team to reactivate it.")
            )

    async def check_still_member(self, user: User, team_id: str | None) -> None:
        """Raise NotFound if the user left the team, or the team was deleted, while the key was being created.

        LiteLLM deletes the member's existing keys but still creates keys for former members. A removal is recorded
        before it takes effect, so the team is fetched again only if a recent removal is on record. For a service key,
        it is always fetched again: no person would notice a key that outlives its team.
        """
        if team_id is None:
            return
        is_service_key = team_of(user.user_id) is not None
        if is_service_key or await self.audit.has_begun(Action.DELETED, team_id, _MAX_REMOVAL):
            await self.joined(user, team_id)
