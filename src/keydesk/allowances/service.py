"""The allowances of owners: the rules, which depend on a person's groups, and what counts in addition to the keys."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from keydesk.accounts.policy import ref_of_account
from keydesk.allowances.given_up import SpendByDay, Spent, counted, settled
from keydesk.allowances.spending import bounds, given_up
from keydesk.allowances.store import SpentStore
from keydesk.allowances.windows import WINDOWS
from keydesk.audit.service import had_no_effect
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import NotRecorded, Problem
from keydesk.litellm import Key, LiteLLMError
from keydesk.settings import AllowanceRules, KeyAllowances


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """A change of the budget of an owner's key. `after` is None if the key is deleted."""

    owner: str
    key_id: str
    before: Key
    after: Key | None


@dataclass(frozen=True, slots=True)
class Allowances:
    settings: KeyAllowances
    directory: Directory
    store: SpentStore
    user_id_domain: str | None
    clock: Clock

    @property
    def is_set(self) -> bool:
        """Return whether any owner has an allowance."""
        return any(rules.restricts for rules in self.settings.all_rules)

    async def rules_of(self, user_id: str | None) -> AllowanceRules:
        """Return the rules for the keys of a LiteLLM user, or for the service keys of a team.

        Raises DirectoryUnavailable if roles are configured and the person's groups are unknown.
        """
        if user_id is None:
            return self.settings.service_keys
        ref = ref_of_account(user_id, self.user_id_domain) if self.settings.roles else None
        return self.rules_for(await self.directory.find(Person(ref)) if ref else None)

    def rules_for(self, entry: Entry | None) -> AllowanceRules:
        """Return the rules for a person's directory entry. Unknown people have no role."""
        groups = entry.groups if entry is not None else ()
        return self.settings.combined(
            next((role for role in self.settings.roles if role.group in groups), None)
        )

    @asynccontextmanager
    async def giving_up(self, changes: Callable[[], Collection[BudgetChange]]) -> AsyncIterator[None]:
        """Store what keys have spent before the block changes or deletes them in LiteLLM.

        It is stored first, so that it counts also if the change is made and its answer is lost. It is removed if the
        change has no effect.
        """
        spent = self._spent(changes()) if any(rules.limits_spend for rules in self.settings.all_rules) else []
        if not spent:
            yield
            return
        await self.store.add(spent, self.clock())
        try:
            yield
        except (Problem, LiteLLMError) as error:
            if had_no_effect(error) and not isinstance(error, NotRecorded):
                await self.store.remove(spent[0].change_id)
            raise

    def _spent(self, changes: Collection[BudgetChange]) -> list[Spent]:
        now, change_id = self.clock(), uuid.uuid4().hex
        return [
            Spent(
                change_id=change_id,
                owner=each.owner,
                key_id=each.key_id,
                days=window.days,
                usd=float(given_up(each.before, each.after, now).get(window, 0)),
                most_usd=None if most is None else float(most),
                shown_usd=float(shown),
                made_at=now,
                ends_at=window.ends_at(now),
            )
            for each in changes
            for window in WINDOWS
            for most, shown in [bounds(each.before, each.after, window)]
            if most is None or most > 0
        ]

    async def counted(
        self, owner: str, recorded: Callable[[date], Awaitable[SpendByDay | None]]
    ) -> dict[int, Fraction]:
        """Return what deleted and changed keys have spent, by the days of the window.

        `recorded` returns the spend that LiteLLM has recorded since a day. It is called once for each change.
        """
        now = self.clock()
        spent = await self.store.of(owner, now)
        if due := [each for each in spent if each.is_due(now)]:
            began_at = {window.days: window.began_at(now) for window in WINDOWS}
            by_day = await recorded(min(began_at[each.days] for each in due).date())
            final = {id(each): settled(each, began_at[each.days], by_day) for each in due}
            await self.store.settle(final.values())
            spent = [final.get(id(each), each) for each in spent]
        return counted(spent, now)
