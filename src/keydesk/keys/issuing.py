"""Issues a key: policy first, then the record, then LiteLLM. A key that cannot be handed over is taken back."""

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
from keydesk.keys.policy import SLOT_MEMBER, check_free, check_new_budget, check_team_given, new_key, stamps
from keydesk.keys.store import KeyStore, alias_lease
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount, PolicyRefused
from keydesk.litellm import CreatedKey, LiteLLM, LiteLLMError, Team, User
from keydesk.models.models import ModelView
from keydesk.models.policy import models_for_key
from keydesk.settings import KeyGeneration
from keydesk.storage.leases import Held, Leases
from keydesk.teams.service import Teams

_LONGEST_REMOVAL = timedelta(minutes=2)
"""How long before its effect somebody's removal from a team may have been put on record."""
Settling = Callable[[], Awaitable[None]]
"""What must have happened before a new key is handed over."""


HasLeft = Callable[[str], Awaitable[bool]]
"""Tells whether the account with this user id is on record as suspended, as `AccountStore.has_left` does."""


class Offer(Protocol):
    """Knows which models there are, as `Catalogue` does."""

    async def models(self) -> list[ModelView]: ...


@dataclass(frozen=True, slots=True)
class _AskedAlready:
    asked: asyncio.Task[list[ModelView]]

    async def models(self) -> list[ModelView]:
        return await self.asked


@dataclass(frozen=True, slots=True)
class Slot:
    """A name of Keydesk's own that the new key is for. `replaced` keys go while `settle` runs."""

    name: str
    settle: Settling
    replaced: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    person: Person
    user: User
    request: KeyRequest
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class Issuer:
    gateway: LiteLLM
    rules: KeyGeneration
    teams: Teams
    catalogue: Offer
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
        """A new key of `user`, with its secret. Where the slot cannot be settled, the key is taken back.

        Raises PolicyRefused or InvalidRequest where the rules say no, NotFound for a team the user is not
        in, TooMany where person or team may have no further key, litellm.Conflict for an alias in use. None
        of these reaches LiteLLM's `/key/generate`, except the last, which is LiteLLM's own finding.
        """
        if slot is None:
            check_free(request.alias, "alias")
        check_new_budget(request, self.rules)
        check_team_given(request.team_id, self.rules)
        team, catalogue, counted = await asyncio.gather(
            self._team(user, request.team_id),
            self.catalogue.models(),
            self.counts.of(user.user_id, request.team_id),
        )
        models = models_for_key(request.models, user, team, catalogue)
        wanted = _Wanted(person, user, request.model_copy(update={"models": list(models)}), slot)
        # LiteLLM looks for the alias before it inserts, so two creations at a time would both succeed.
        async with (
            self.counts.room(counted, slot.replaced if slot else 0),
            self.leases.hold(alias_lease(request.alias)) as lease,
        ):
            return await self._recorded(wanted, lease)

    def looking_ahead(self) -> "Issuer":
        """The same, asking for the models now: while it is found out who wants a key."""
        asked = asyncio.create_task(self.catalogue.models())
        # Where no key comes of it, nobody asks how the question ended.
        asked.add_done_callback(lambda task: task.cancelled() or task.exception())
        return replace(self, catalogue=_AskedAlready(asked))

    async def allowed_models(
        self, requested: Sequence[str], user: User, team: Team | None
    ) -> tuple[str, ...]:
        """The list of models to store with a key (see `models.policy.models_for_key`)."""
        return models_for_key(requested, user, team, await self.catalogue.models())

    async def _team(self, user: User, team_id: str | None) -> Team | None:
        if team_id is None:
            return None
        team = await self.teams.joined(user, team_id)
        if team.blocked:
            raise PolicyRefused(
                "This team is blocked, so you cannot create keys in it.",
                hint="Choose another team, or ask an admin of the team to unblock it.",
                param="team_id",
            )
        return team

    async def _recorded(self, wanted: _Wanted, lease: Held) -> IssuedKeyView:
        person, user, request, slot = wanted.person, wanted.user, wanted.request, wanted.slot
        asked_for = request.model_dump(mode="json", exclude={"metadata", "key_type"})
        asked_for["user_id"] = user.user_id
        change = Change(person.ref, Action.CREATED, AuditedTable.KEY, None, after=asked_for)
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
                await self._check_still_joined(user, request.team_id)
                if slot is not None:
                    await slot.settle()
            lease.given_back = True
        except Exception:
            if created is not None:
                await self._take_back(created)
                await self.audit.touched(change, None)
            raise
        return IssuedKeyView.of(created, self.ids.of(created.token_hash))

    async def check_not_suspended(self, user: User) -> None:
        """Raise NotAnAccount where the account is on record as suspended.

        A suspension is on record before its keys are listed and blocked. A key that it did not list was made after
        that, so that this check finds the record.
        """
        if await self.has_left(user.user_id):
            raise NotAnAccount("Your account is suspended.", hint="Ask the platform team to reactivate it.")

    async def _check_still_joined(self, user: User, team_id: str | None) -> None:
        """Raise NotFound where the user left the team, or the team was deleted, while the key was being made.

        LiteLLM deletes the keys that there are then, and makes further ones for whoever is in no team. A removal is on
        record before it has its effect, so that LiteLLM need be asked again only where there is one.
        """
        if team_id is not None and await self.audit.has_begun(Action.DELETED, team_id, _LONGEST_REMOVAL):
            await self.teams.joined(user, team_id)

    async def _take_back(self, created: CreatedKey) -> None:
        """No key may exist that nobody was given. Where even this fails, the open intent leads to it."""
        with suppress(LiteLLMError):
            await self.gateway.keys.delete(created.token_hash)
