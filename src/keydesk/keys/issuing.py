"""Creates a key: checks the policy, records the intent, calls LiteLLM. Deletes the key if a later step fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.counts import KeyCounts
from keydesk.keys.models import IssuedKeyView, KeyRequest
from keydesk.keys.policy import (
    SLOT_MEMBER,
    check_new_budget,
    check_not_reserved,
    check_team_given,
    new_key,
    stamps,
)
from keydesk.keys.store import KeyStore, alias_lease
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount, PolicyRefused
from keydesk.litellm import CreatedKey, LiteLLM, LiteLLMError, Team, User
from keydesk.models.models import ModelView
from keydesk.models.policy import models_for_key
from keydesk.settings import KeyGeneration
from keydesk.storage.leases import Held, Leases
from keydesk.teams.service import Teams

_MAX_REMOVAL = timedelta(minutes=2)
"""Maximum time between recording the removal of a team member and its effect in LiteLLM."""
BeforeReturn = Callable[[], Awaitable[None]]
"""Runs after a key is created and before it is returned."""
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
    """A reserved key name. `before_return` deletes the `replaced` keys that had the name before."""

    name: str
    before_return: BeforeReturn
    replaced: int


@dataclass(frozen=True, slots=True)
class _Order:
    person: Person
    user: User
    request: KeyRequest
    slot: Slot | None


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
    has_left: HasLeft

    async def issue(
        self, person: Person, user: User, request: KeyRequest, slot: Slot | None = None
    ) -> IssuedKeyView:
        """Create a key for `user` and return it with its secret.

        Raises PolicyRefused or InvalidRequest if the request violates a rule, NotFound if the user is not a member
        of the team, TooMany if the person or the team has reached its maximum, and litellm.Conflict if the alias is
        in use. Only litellm.Conflict is raised after `/key/generate` is called.
        """
        if slot is None:
            check_not_reserved(request.alias, "alias")
        check_new_budget(request, self.rules)
        check_team_given(request.team_id, self.rules)
        team, catalogue, counts = await asyncio.gather(
            self._team(user, request.team_id),
            self.catalogue.models(),
            self.counts.of(user.user_id, request.team_id),
        )
        models = models_for_key(request.models, user, team, catalogue)
        order = _Order(person, user, request.model_copy(update={"models": list(models)}), slot)
        # LiteLLM checks the alias before it inserts the key, so two concurrent requests could both succeed.
        async with (
            self.counts.reserve(counts, slot.replaced if slot else 0),
            self.leases.hold(alias_lease(request.alias)) as lease,
        ):
            return await self._create(order, lease)

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
        return models_for_key(requested, user, team, await self.catalogue.models())

    async def _team(self, user: User, team_id: str | None) -> Team | None:
        if team_id is None:
            return None
        team = await self.teams.joined(user, team_id)
        if team.blocked:
            raise PolicyRefused(
                message("This team is blocked, so you cannot create keys in it."),
                hint=message("Choose another team, or ask an admin of the team to unblock it."),
                param="team_id",
            )
        return team

    async def _create(self, order: _Order, lease: Held) -> IssuedKeyView:
        person, user, request, slot = order.person, order.user, order.request, order.slot
        requested = request.model_dump(mode="json", exclude={"metadata", "key_type"})
        requested["user_id"] = user.user_id
        change = Change(person.ref, Action.CREATED, AuditedTable.KEY, None, after=requested)
        created: CreatedKey | None = None
        try:
            async with self.audit.recording(change) as intent:
                now = self.clock()
                stamped = stamps(person, user, now, intent.id) | {SLOT_MEMBER: slot.name if slot else None}
                key = new_key(request, user, stamped)
                created = await self.gateway.keys.create(key)
                intent.object_id = self.ids.of(created.token_hash)
                intent.also += [self.store.adding(intent.object_id, user.user_id, now), lease.giving_back]
                await self.check_not_suspended(user)
                await self._check_still_member(user, request.team_id)
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

    async def check_not_suspended(self, user: User) -> None:
        """Raise NotAnAccount if the account is suspended.

        A suspension is recorded before the keys are listed and blocked. A key that is missing from that list was
        created later, so this check finds the record.
        """
        if await self.has_left(user.user_id):
            raise NotAnAccount(
                message("Your account is suspended."), hint=message("Ask the platform team to reactivate it.")
            )

    async def _check_still_member(self, user: User, team_id: str | None) -> None:
        """Raise NotFound if the user left the team, or the team was deleted, while the key was being created.

        LiteLLM deletes the member's existing keys but still creates keys for former members. A removal is recorded
        before it takes effect, so the team is fetched again only if a recent removal is on record.
        """
        if team_id is not None and await self.audit.has_begun(Action.DELETED, team_id, _MAX_REMOVAL):
            await self.teams.joined(user, team_id)
