"""A larger budget of an account or a key."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk.kit.people import Person
from keydesk.litellm import KeyChanges, User, UserChanges
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.kinds.accounts import AccountObjects
from keydesk.requests.kinds.keys import KeyObjects
from keydesk.requests.kinds.kind import Locked, Members, Place, Subject
from keydesk.requests.models import RequestRecord, Terms
from keydesk.requests.policy import check_larger, check_unchanged
from keydesk.requests.values.amounts import Usd


class Budgets:
    """What the kinds about a budget have in common."""

    async def check_new(self, _person: Person, record: RequestRecord) -> None:
        check_larger(record.asked, record.before)

    def check_now(self, record: RequestRecord, terms: Terms, current: Usd, approval: Approval) -> None:
        check_unchanged(record, terms, current, approval.current_budget)

    def given(self, terms: Terms) -> Usd:
        return terms.usd

    def ends_at(self, terms: Terms) -> datetime | None:
        return terms.until

    def changed(self, _current: Usd, terms: Terms) -> Usd:
        return terms.usd


@dataclass(frozen=True)
class AccountBudget(Budgets):
    accounts: AccountObjects
    members = Members(frozenset({"max_budget"}))

    async def subject(self, user: User, _body: NewRequest) -> Subject:
        return Subject(user.user_id, user.max_budget)

    async def read(self, place: Place) -> Usd:
        return (await self.accounts.find(place.user_id)).max_budget

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        async with self.accounts.locked(place.user_id) as user:

            async def write(by: str, usd: Usd, also: Sequence[Any]) -> None:
                await self.accounts.write(user, by, UserChanges(max_budget=usd), also)

            yield Locked(user.max_budget, write)


@dataclass(frozen=True)
class KeyBudget(Budgets):
    keys: KeyObjects
    members = Members(frozenset({"key_id", "max_budget"}))

    async def subject(self, user: User, body: NewRequest) -> Subject:
        key_id = body.key_id or ""
        key = await self.keys.find(user.user_id, key_id)
        return Subject(key_id, key.max_budget, key.key_alias, key.team_id)

    async def read(self, place: Place) -> Usd:
        return (await self.keys.find(place.user_id, place.target_id)).max_budget

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        async with self.keys.locked(place) as key:

            async def write(by: str, usd: Usd, also: Sequence[Any]) -> None:
                await self.keys.write(key, by, KeyChanges(max_budget=usd), also)

            yield Locked(key.key.max_budget, write)
