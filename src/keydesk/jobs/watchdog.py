"""Compares budgets, owners and prices with what the gateway does, and reports or blocks what is wrong."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keydesk.accounts.store import AccountStore
from keydesk.alerts.finding_store import Confirmed, FindingStore
from keydesk.alerts.findings import BLOCKABLE, FindingKind, KeyUse, Seen
from keydesk.alerts.models import Figure, account_subject, team_subject
from keydesk.alerts.notices import finding_notice
from keydesk.jobs.watchdog_block import BlockKeys
from keydesk.key_index.service import KeyIndex
from keydesk.keys.left_alone import why_left_alone
from keydesk.keys.models import KeyView
from keydesk.keys.owners import owner_of
from keydesk.litellm import LiteLLM
from keydesk.settings.alerts import Watchdog

_RESET_MARGIN = timedelta(hours=2)
"""LiteLLM resets budgets about every ten minutes."""
_AT_ONCE = 500
Details = dict[str, str | float]
_DAY = timedelta(days=1)


@dataclass(slots=True)
class GatewayFigures:
    """What a check read: budgets by user id and team id. `keys_as_of` is None if the index is not complete."""

    accounts: dict[str, Figure] = field(default_factory=dict)
    teams: dict[str, Figure] = field(default_factory=dict)
    team_names: dict[str, str] = field(default_factory=dict)
    administrators: set[str] = field(default_factory=set)
    keys_as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    settings: Watchdog
    gateway: LiteLLM
    index: KeyIndex
    accounts: AccountStore
    store: FindingStore
    blocking: BlockKeys

    async def apply(self, figures: GatewayFigures, now: datetime) -> None:
        """Store what is wrong, and remove findings that are not true any more. Raises LiteLLMError."""
        if self.settings.mode == "off":
            return
        async for seen in self._seen(figures, now):
            found = await self.store.see(seen, now, finding_notice)
            if self.settings.mode == "block":
                await self._block(found)
        await self.store.forget_older(now)

    async def _block(self, found: Sequence[Confirmed]) -> None:
        for each in found:
            if each.seen.kind in BLOCKABLE:
                await self.blocking.block(each.seen)

    async def _seen(self, figures: GatewayFigures, now: datetime) -> AsyncIterator[list[Seen]]:
        """Yield what is wrong now, some at a time."""
        yield list(_not_reset(figures, now))
        yield await self._without_price(now)
        if figures.keys_as_of is None:
            return
        leavers = await self.accounts.leavers()
        judge = KeyJudge(figures, leavers, now, figures.keys_as_of)
        async for batch in self.index.search.working():
            seen = [each for key in batch for each in judge.seen(key)]
            for start in range(0, len(seen), _AT_ONCE):
                yield seen[start : start + _AT_ONCE]

    async def _without_price(self, now: datetime) -> list[Seen]:
        """Return the models that had tokens but no spend today or yesterday. One call."""
        today = now.date()
        activity = await self.gateway.activity.aggregated_of_all(today - _DAY, today, keys=1)
        tokens: dict[str, int] = {}
        spend: dict[str, float] = {}
        for day in activity.days if activity else ():
            for model, part in day.models.items():
                tokens[model] = tokens.get(model, 0) + part.metrics.total_tokens
                spend[model] = spend.get(model, 0.0) + part.metrics.spend
        free = set(self.settings.free_models)
        return [
            Seen(FindingKind.NO_PRICE, model, {"name": model, "tokens": number, "spend": 0.0})
            for model, number in sorted(tokens.items())
            if number > 0 and spend[model] <= 0 and model not in free
        ]


@dataclass(frozen=True, slots=True)
class KeyJudge:
    """Judges the working keys of the index. `keys_as_of` is when the last complete pass over all keys began."""

    figures: GatewayFigures
    leavers: set[str]
    now: datetime
    keys_as_of: datetime

    def seen(self, key: KeyView) -> Iterator[Seen]:
        """Yield what is wrong with a key that is neither blocked nor expired. Keys of administrators are left alone."""
        is_left_alone = why_left_alone(key, self.figures.administrators) is not None
        if is_left_alone and key.user_id is not None:
            return
        if not is_left_alone and (key.user_id not in self.figures.accounts or key.user_id in self.leavers):
            yield Seen(FindingKind.OWNER_GONE, key.token, self._details(key), owner=owner_of(key))
        if wall := self._passed_wall(key):
            name, budget = wall
            wall_details: Details = {"wall": name, "spend": budget.spend, "budget": budget.budget or 0.0}
            use = KeyUse(key.spend, key.last_active_at, self.keys_as_of)
            details = self._details(key) | wall_details
            yield Seen(FindingKind.STILL_ANSWERS, key.token, details, use, owner_of(key))
        own = Figure(key.token, key.spend, key.max_budget, key.budget_reset_at)
        if is_overdue(own, self.keys_as_of):
            yield Seen(FindingKind.NOT_RESET, key.token, self._details(key) | _reset_details(own))

    def _passed_wall(self, key: KeyView) -> tuple[str, Figure] | None:
        """Return the first budget of the key that is used up: its own, or its team's or account's.

        The budget of an account does not apply to keys in teams (observed on LiteLLM 1.109).
        """
        own = Figure(key.token, key.spend, key.max_budget, key.budget_reset_at)
        if key.team_id is not None:
            above = ("team", self.figures.teams.get(key.team_id))
        else:
            above = ("account", self.figures.accounts.get(key.user_id or ""))
        for name, budget in (("key", own), above):
            if budget is not None and budget.budget is not None and budget.spend > budget.budget:
                return name, budget
        return None

    def _details(self, key: KeyView) -> Details:
        team = self.figures.team_names.get(key.team_id, key.team_id) if key.team_id else None
        found = {"name": key.key_alias or key.token, "owner": key.user_id, "team": team}
        return {name: value for name, value in found.items() if value is not None}


def is_overdue(figure: Figure, as_of: datetime) -> bool:
    """Return whether the budget should have been reset long before `as_of`."""
    return (
        figure.budget is not None
        and figure.resets_at is not None
        and figure.resets_at + _RESET_MARGIN < as_of
    )


def _not_reset(figures: GatewayFigures, now: datetime) -> Iterator[Seen]:
    kinds: list[tuple[Callable[[str], str], dict[str, Figure]]] = [
        (account_subject, figures.accounts),
        (team_subject, figures.teams),
    ]
    for subject_of, found in kinds:
        for name, figure in found.items():
            if is_overdue(figure, now):
                details = {"name": figures.team_names.get(name, name)} | _reset_details(figure)
                yield Seen(FindingKind.NOT_RESET, subject_of(name), details)


def _reset_details(figure: Figure) -> Details:
    due_at = figure.resets_at.isoformat() if figure.resets_at else ""
    return {"spend": figure.spend, "budget": figure.budget or 0.0, "due_at": due_at}
