"""Compares every account with the directory and the configuration, and updates it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from keydesk.accounts.models import AccountRecord, Difference
from keydesk.accounts.resync import Resync
from keydesk.accounts.store import AccountStore
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, Problem
from keydesk.litellm import LiteLLMError

_log = structlog.get_logger(__name__)
_SEVERAL = 3
_MANY_LEAVERS = 10
_MANY_LEAVERS_SHARE = 0.2


@dataclass(slots=True)
class Plan:
    """The changes to make. `suspended` are leavers of earlier runs, whose keys are checked again.

    `unknown` is the number of people whose lookup in the directory failed.
    """

    differences: list[Difference] = field(default_factory=list)
    leavers: list[AccountRecord] = field(default_factory=list)
    returners: list[AccountRecord] = field(default_factory=list)
    suspended: list[AccountRecord] = field(default_factory=list)
    accounts: int = 0
    unknown: int = 0

    @property
    def loses_too_many(self) -> bool:
        """Return whether so many people are missing that the directory is probably wrong."""
        everybody = len(self.leavers) == self.accounts and self.accounts >= _SEVERAL
        many = len(self.leavers) > _MANY_LEAVERS and len(self.leavers) > _MANY_LEAVERS_SHARE * self.accounts
        return everybody or many


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A page of the plan. `last` is the user id to continue after, or None on the last page."""

    plan: Plan
    last: str | None


@dataclass(frozen=True, slots=True)
class ResyncAccounts:
    directory: Directory
    store: AccountStore
    resync: Resync

    async def plan(self) -> Plan:
        """Return what `apply` would change, without changing anything."""
        plan = Plan()
        async for page in self.store.pages():
            await self._plan(plan, page)
        return plan

    async def plan_part(self, after: str, size: int) -> PlanPart:
        """Return the page of the plan for up to `size` accounts after the user id `after`."""
        plan = Plan()
        records = await self.store.after(after, size)
        await self._plan(plan, records)
        return PlanPart(plan, records[-1].user_id if len(records) == size else None)

    async def _plan(self, plan: Plan, records: list[AccountRecord]) -> None:
        async for record, entry in self._surveyed(plan, records):
            if entry is not None and self.resync.is_due(record, entry):
                plan.differences += await self.resync.plan(record, entry)

    async def apply(self, *, even_if_many_leave: bool = False) -> Plan:
        """Apply the plan. If suspiciously many people are missing, block keys only with `even_if_many_leave`."""
        plan = Plan()
        async for page in self.store.pages():
            await self._apply(plan, page)
        await self._each(plan.suspended, self.resync.keep_suspended)
        if plan.loses_too_many and not even_if_many_leave:
            _log.error("too_many_people_left", leavers=len(plan.leavers), accounts=plan.accounts)
            return plan
        await self._each(plan.leavers, self.resync.suspend)
        return plan

    async def _each(
        self, records: list[AccountRecord], suspend: Callable[[AccountRecord], Awaitable[None]]
    ) -> None:
        for record in records:
            try:
                await suspend(record)
            except (LiteLLMError, Problem) as error:
                _log.warning("account_not_suspended", user_id=record.user_id, kind=type(error).__name__)

    async def _apply(self, plan: Plan, records: list[AccountRecord]) -> None:
        async for record, entry in self._surveyed(plan, records):
            if entry is not None and self.resync.is_due(record, entry):
                try:
                    plan.differences += await self.resync.plan(record, entry)
                    await self.resync.apply(record, entry)
                except (LiteLLMError, Problem) as error:
                    _log.warning("account_not_resynced", user_id=record.user_id, kind=type(error).__name__)

    async def _surveyed(
        self, plan: Plan, records: list[AccountRecord]
    ) -> AsyncIterator[tuple[AccountRecord, Entry | None]]:
        found = await self._found(records)
        for record in records:
            plan.accounts += 1
            if record.ref not in found:
                plan.unknown += 1
                continue
            entry = found[record.ref]
            if entry is None and record.suspended_at is None:
                plan.leavers.append(record)
            elif entry is None:
                plan.suspended.append(record)
            elif record.left_at is not None:
                plan.returners.append(record)
            yield record, entry

    async def _found(self, records: list[AccountRecord]) -> dict[str, Entry | None]:
        """Return the directory entries by reference. People whose lookup fails are left out."""
        persons = [Person(record.ref) for record in records]
        try:
            return await self.directory.find_many(persons)
        except DirectoryUnavailable:
            return await self._found_one_by_one(persons)

    async def _found_one_by_one(self, persons: list[Person]) -> dict[str, Entry | None]:
        found = {}
        for person in persons:
            with suppress(DirectoryUnavailable):
                found[person.ref] = await self.directory.find(person)
        return found
