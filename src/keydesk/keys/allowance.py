"""Checks new and changed keys against the allowance of their owner, also if several are made at the same time."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from keydesk.allowances.given_up import SpendByDay, counted
from keydesk.allowances.models import AllowanceView, Holding
from keydesk.allowances.policy import check_change, left_usd, view_of
from keydesk.allowances.service import Allowances, BudgetChange
from keydesk.allowances.spending import given_up
from keydesk.keys.models import KeyRequest, KeyView
from keydesk.keys.owners import NO_OWNER, keys_of, owner_of, team_of, user_id_of
from keydesk.keys.policy import new_key
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey, folded
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import BudgetLimit, Key, KeyChanges, LiteLLM, TooManyPages, User
from keydesk.settings import AllowanceRules
from keydesk.storage.leases import Leases

_COUNTED = {"max_budget", "budget_duration", "budget_limits", "rpm_limit", "tpm_limit"}
_OWNED = {"user_id", "team_id"}
_NEW = "new"
"""Stands for the id and the hash of a key that does not exist yet."""
_NO_ALLOWANCE = AllowanceView(windows=[], requests_per_minute=None, tokens_per_minute=None)


@dataclass(frozen=True, slots=True)
class KeyAllowance:
    gateway: LiteLLM
    ids: KeyIds
    secrets: KeySecrets
    leases: Leases
    allowances: Allowances

    @asynccontextmanager
    async def locked(self, owner: str, fields: Iterable[str] = _COUNTED) -> AsyncIterator[None]:
        """Hold the lease for changes of what the owner's keys may spend, if any owner has an allowance.

        `fields` are the names of the fields that change.
        """
        if not self.allowances.is_set or owner == NO_OWNER or _COUNTED.isdisjoint(fields):
            yield
            return
        async with self.leases.hold(f"allowance-of:{owner}"):
            yield

    async def check_new(self, owner: User, request: KeyRequest) -> None:
        """Raise PolicyRefused if the new key does not fit into the allowance. The caller holds the lease."""
        holding = await self.holding(owner.user_id)
        if holding is not None:
            check_change(holding, _NEW, _key_of(request, owner), self.allowances.clock())

    async def fitted(self, owner: User, request: KeyRequest, replaced: str | None) -> KeyRequest:
        """Return the request with a budget of at most what is left. Raises PolicyRefused if nothing is left.

        It is for a key whose budget nobody chose. `replaced` is the id of the key whose place it takes. The caller
        holds the lease.
        """
        holding = await self.holding(owner.user_id)
        if holding is None:
            return request
        now, key = self.allowances.clock(), _key_of(request, owner)
        if replaced is not None and (old := holding.keys.get(replaced)) is not None:
            holding = holding.replacing(replaced, None, given_up(old, None, now))
        left = left_usd(holding, key)
        if left and key.max_budget is not None and left < key.max_budget:
            key = key.model_copy(update={"max_budget": left})
        check_change(holding, _NEW, key, now)
        return request.model_copy(update={"max_budget": key.max_budget})

    async def check_change(self, key: FoldedKey, changes: KeyChanges) -> None:
        """Raise PolicyRefused if a change of the key does not fit into the allowance. The caller holds the lease."""
        if _COUNTED.isdisjoint(changes.model_fields_set):
            return
        holding = await self.holding(owner_of(key.key))
        if holding is not None:
            check_change(holding, key.key_id, _changed(key.key, changes), self.allowances.clock())

    async def holding(self, owner: str) -> Holding | None:
        """Return what the keys of the owner have, or None without an allowance. Raises DirectoryUnavailable."""
        rules, user_id = await self._rules_of(owner), user_id_of(owner)
        if not rules.restricts:
            return None
        await self.secrets.refresh_of(owner)
        found = folded(await keys_of(self.gateway, owner), self.ids.of)
        keys = {key_id: each.key for key_id, each in found.items()}
        account = await self.gateway.users.get(user_id) if user_id is not None else None
        # Read after the keys: a key that is missing there was deleted after its spend had been stored here.
        spent = await self.allowances.counted(owner, partial(self._recorded, owner))
        return Holding(rules, keys, account, spent)

    async def _recorded(self, owner: str, since: date) -> SpendByDay | None:
        """Return the spend of the owner's keys by day, deleted ones too, or None if LiteLLM cannot tell it exactly."""
        reports, today = self.gateway.activity, self.allowances.clock().date()
        team_id = team_of(owner)
        try:
            found = await (
                reports.of_user(owner, since, today)
                if team_id is None
                else reports.of_team(team_id, since, today)
            )
        except TooManyPages:
            return None
        spend: dict[tuple[str, date], float] = {}
        for day in found.days:
            for token_hash, used in day.keys.items():
                at = self.ids.of(token_hash), day.date
                spend[at] = spend.get(at, 0.0) + used.metrics.spend
        return spend if found.complete and not found.truncated_keys else None

    async def view(self, owner: str) -> AllowanceView:
        """Return the allowance of the owner, and what is left of it. Raises DirectoryUnavailable."""
        holding = await self.holding(owner)
        return _NO_ALLOWANCE if holding is None else view_of(holding, self.allowances.clock())

    async def shown(self, owner: User, keys: Iterable[KeyView]) -> AllowanceView:
        """Return the allowance of an owner whose keys have been read. Raises DirectoryUnavailable."""
        rules, now = await self._rules_of(owner.user_id), self.allowances.clock()
        if not rules.restricts:
            return _NO_ALLOWANCE
        known = {each.token: each.model_dump(include=_COUNTED | _OWNED) for each in keys}
        found = {key_id: Key(token_hash=key_id, **fields) for key_id, fields in known.items()}
        account = owner if user_id_of(owner.user_id) else None
        spent = counted(await self.allowances.store.of(owner.user_id, now), now)
        return view_of(Holding(rules, found, account, spent), now)

    async def _rules_of(self, owner: str) -> AllowanceRules:
        if not self.allowances.is_set or owner == NO_OWNER:
            return AllowanceRules()
        return await self.allowances.rules_of(user_id_of(owner))

    def giving_up(self, key: FoldedKey, changes: KeyChanges | None) -> AbstractAsyncContextManager[None]:
        """Store what a key has spent before the block changes it, or deletes it if `changes` is None."""
        after = None if changes is None else _changed(key.key, changes)
        return self.allowances.giving_up(
            lambda: [BudgetChange(owner_of(key.key), key.key_id, key.key, after)]
        )

    def giving_up_all(self, keys: Iterable[Key]) -> AbstractAsyncContextManager[None]:
        """Store what the keys have spent before the block deletes all of them."""
        return self.allowances.giving_up(
            lambda: [
                BudgetChange(owner_of(each.key), key_id, each.key, None)
                for key_id, each in folded(keys, self.ids.of).items()
            ]
        )


def _key_of(request: KeyRequest, owner: User) -> Key:
    fields = new_key(request, owner, {}).model_dump(include=_COUNTED | _OWNED)
    return Key(token_hash=_NEW, **fields)


def _changed(key: Key, changes: KeyChanges) -> Key:
    changed: dict[str, Any] = changes.model_dump(include=changes.model_fields_set & _COUNTED)
    if "budget_limits" in changed:
        changed["budget_limits"] = tuple(BudgetLimit(**each) for each in changed["budget_limits"])
    return key.model_copy(update=changed)
