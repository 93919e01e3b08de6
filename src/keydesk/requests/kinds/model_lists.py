"""Another model or access group, for an account or for a key of a team.

LiteLLM checks the list of the account for personal keys, and the list of the team for keys of teams.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, PolicyRefused
from keydesk.litellm import KeyChanges, LiteLLM, User, UserChanges
from keydesk.models.service import Catalogue
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.kinds.accounts import AccountObjects
from keydesk.requests.kinds.keys import KeyObjects
from keydesk.requests.kinds.kind import Locked, Members, Place, Subject
from keydesk.requests.model_policy import check_in_team, check_model
from keydesk.requests.models import RequestRecord, Terms
from keydesk.requests.values.lists import added_to, allows_everything
from keydesk.settings import Requests

Names = Sequence[str]


@dataclass(frozen=True)
class ModelLists:
    """What the kinds about models have in common."""

    catalogue: Catalogue
    settings: Requests

    async def check_new(self, _person: Person, record: RequestRecord) -> None:
        check_model(_name(record.asked), record.before, self.settings, await self.catalogue.models())

    def check_now(self, _record: RequestRecord, terms: Terms, current: Names, _approval: Approval) -> None:
        if allows_everything(current) or _name(terms) in current:
            raise Conflicting(
                message("This model is available already."), hint=message("Decline the request.")
            )

    def given(self, terms: Terms) -> list[str]:
        return [_name(terms)]

    def ends_at(self, terms: Terms) -> datetime | None:
        return terms.until

    def changed(self, current: Names, terms: Terms) -> list[str]:
        return added_to(current, self.given(terms))


def _name(terms: Terms) -> str:
    return terms.model or ""


@dataclass(frozen=True)
class AccountModels(ModelLists):
    accounts: AccountObjects
    members = Members(frozenset({"model"}))

    async def subject(self, user: User, _body: NewRequest) -> Subject:
        return Subject(user.user_id, list(user.models))

    async def read(self, place: Place) -> list[str]:
        return list((await self.accounts.find(place.user_id)).models)

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        async with self.accounts.locked(place.user_id) as user:

            async def write(by: str, names: Names, also: Sequence[Any]) -> None:
                await self.accounts.write(user, by, UserChanges(models=tuple(names)), also)

            yield Locked(list(user.models), write)


@dataclass(frozen=True)
class KeyModels(ModelLists):
    keys: KeyObjects
    gateway: LiteLLM
    members = Members(frozenset({"key_id", "model"}))

    async def subject(self, user: User, body: NewRequest) -> Subject:
        key_id = body.key_id or ""
        key = await self.keys.find(user.user_id, key_id)
        return Subject(key_id, list(key.models), key.key_alias, key.team_id)

    async def read(self, place: Place) -> list[str]:
        return list((await self.keys.find(place.user_id, place.target_id)).models)

    async def check_new(self, person: Person, record: RequestRecord) -> None:
        if record.team_id is None:
            raise PolicyRefused(
                message("This key can use at most the models of your account."),
                hint=message("Request the model for your account."),
            )
        await super().check_new(person, record)
        team = await self.gateway.teams.get(record.team_id)
        check_in_team(_name(record.asked), team, await self.catalogue.models())

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        async with self.keys.locked(place) as key:

            async def write(by: str, names: Names, also: Sequence[Any]) -> None:
                await self.keys.write(key, by, KeyChanges(models=tuple(names)), also)

            yield Locked(list(key.key.models), write)
