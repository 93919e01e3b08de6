"""Which limits apply to a key, what is left of each, and what stops the key. Pure.

The rules are LiteLLM's (`common_checks` in its `auth_checks.py`, observed on 1.109 and 1.110): the budget of the owner
does not apply to keys of a team, a team may spend its budget completely, and every other budget stops the call that
would come after it is used up. LiteLLM does not report how much of a rate limit is used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from keydesk.keys.secrets import FoldedKey
from keydesk.kit.messages import Message, message
from keydesk.limits.models import Context, Explanation, Kind, Limit, OfTeam, Scope, Status, decisive_of
from keydesk.limits.obstacles import obstacles
from keydesk.litellm import Key, Team, TeamMembership, User
from keydesk.teams.policy import team_view

_NEAR_PERCENT = 80.0
_FULL_PERCENT = 100.0
_MAX_PERCENT = 1_000_000.0
_MINUTE = "1m"
_BUDGETS: Mapping[Scope, Message] = {
    "key": message("Budget of this key"),
    "current_secret": message("Share of the current secret in the budget of this key"),
    "previous_secret": message("Share of the previous secret in the budget of this key"),
    "person": message("Personal budget"),
    "team": message("Budget of the team"),
    "member": message("Budget of this person in the team"),
}
_REQUESTS: Mapping[Scope, Message] = {
    "key": message("Requests per minute of this key"),
    "person": message("Requests per minute of this person"),
    "team": message("Requests per minute of the team"),
    "member": message("Requests per minute of this person in the team"),
}
_TOKENS: Mapping[Scope, Message] = {
    "key": message("Tokens per minute of this key"),
    "person": message("Tokens per minute of this person"),
    "team": message("Tokens per minute of the team"),
    "member": message("Tokens per minute of this person in the team"),
}
_UNREAD = ("max_parallel_requests", "model_max_budget", "tpd_limit")
"""Limits of keys that only administrators of LiteLLM can set and whose values Keydesk does not read."""
Limited = Key | User | Team | TeamMembership


def explain(key: FoldedKey, context: Context) -> Explanation:
    """Return whether the key works, what stops it, and its limits."""
    limits = sorted(_limits(key, context), key=_urgency)
    reasons = [*obstacles(key, context)]
    summary = reasons[0].text if reasons else _summary(decisive_of(limits))
    return Explanation(key.key_id, key.key.key_alias, summary, reasons, limits, context.as_of)


def _summary(decisive: Limit | None) -> Message:
    if decisive is None or decisive.status == "ok":
        return message("This key works. None of its budgets is almost used up.")
    if decisive.status == "near":
        return message("This key works. Almost used up: %(limit)s.", limit=decisive.title)
    return message("LiteLLM refuses calls with this key. Used up: %(limit)s.", limit=decisive.title)


def _urgency(limit: Limit) -> tuple[bool, bool, float]:
    return limit.status == "unknown", limit.status != "reached", -(limit.percent or 0.0)


def _limits(key: FoldedKey, context: Context) -> Iterator[Limit]:
    yield from _budget("key", _Spent.by(key.key))
    yield from _secrets(key)
    yield from _further_budgets(key.key)
    yield from _rates("key", key.key)
    yield from _models(key.key.metadata)
    for name in _UNREAD:
        if name in key.key.other_settings:
            title = message("The setting %(name)s of this key", name=name)
            yield Limit(scope="key", kind="other", name=name, title=title, text=_uncounted(title))
    if key.key.team_id is None:
        yield from _budget("person", _Spent.by(context.owner))
    yield from _rates("person", context.owner)
    if context.team is not None:
        yield from _of_team(context.team)


def _secrets(key: FoldedKey) -> Iterator[Limit]:
    """Yield the shares of the secrets, which together have the budget of the key while both work."""
    for secret in key.secrets:
        if secret.max_budget is not None and secret.max_budget != key.key.max_budget:
            scope: Scope = "current_secret" if secret is key.current else "previous_secret"
            yield from _budget(scope, _Spent.by(secret))


def _further_budgets(key: Key) -> Iterator[Limit]:
    """Yield the budgets that a key has in addition. LiteLLM does not report how much of them is spent."""
    for each in key.budget_limits:
        title = message("Budget of this key for %(period)s", period=each.budget_duration)
        text = message(
            "%(limit)s: at most %(budget)s US dollars.", limit=title, budget=_cents(each.max_budget)
        )
        yield Limit(
            scope="key",
            kind="budget",
            title=title,
            text=text,
            limit=each.max_budget,
            period=each.budget_duration,
            resets_at=each.reset_at,
        )


def _of_team(of_team: OfTeam) -> Iterator[Limit]:
    team, member = of_team.team, of_team.member
    if team is not None:
        yield from _hidden_budget(team) if of_team.hidden else _budget("team", _Spent.by(team))
        yield from _rates("team", team)
    if member is not None:
        yield from _budget("member", _Spent.by(member))
        yield from _rates("member", member)


@dataclass(frozen=True, slots=True)
class _Spent:
    spend: float
    budget: float | None
    period: str | None
    resets_at: datetime | None

    @classmethod
    def by(cls, limited: Limited) -> "_Spent":
        return cls(limited.spend, limited.max_budget, limited.budget_duration, limited.budget_reset_at)

    def is_over(self, scope: Scope) -> bool:
        if self.budget is None:
            return False
        return self.spend > self.budget if scope == "team" else self.spend >= self.budget


def _budget(scope: Scope, spent: _Spent) -> Iterator[Limit]:
    if spent.budget is None:
        return
    percent = min(100 * spent.spend / spent.budget, _MAX_PERCENT) if spent.budget > 0 else _FULL_PERCENT
    left = max(0.0, spent.budget - spent.spend)
    title = _BUDGETS[scope]
    yield Limit(
        scope=scope,
        kind="budget",
        title=title,
        text=message(
            "%(limit)s: %(left)s of %(budget)s US dollars are left.",
            limit=title,
            left=_cents(left),
            budget=_cents(spent.budget),
        ),
        status=_status(percent, is_over=spent.is_over(scope)),
        limit=spent.budget,
        used=spent.spend,
        percent=round(percent, 1),
        period=spent.period,
        resets_at=spent.resets_at,
    )


def _hidden_budget(team: Team) -> Iterator[Limit]:
    """Yield the budget of a team as members see it: the percentage without amounts."""
    shown = team_view(team, hide_budget=True)
    if shown.budget_pct is None:
        return
    title = _BUDGETS["team"]
    yield Limit(
        scope="team",
        kind="budget",
        title=title,
        text=message("%(limit)s: %(percent)s%% are used.", limit=title, percent=int(shown.budget_pct)),
        status=_status(shown.budget_pct, is_over=_Spent.by(team).is_over("team")),
        percent=shown.budget_pct,
        period=team.budget_duration,
        resets_at=team.budget_reset_at,
    )


def _rates(scope: Scope, limited: Limited) -> Iterator[Limit]:
    if limited.rpm_limit is not None:
        yield _rate(scope, "requests_per_minute", limited.rpm_limit, _REQUESTS[scope])
    if limited.tpm_limit is not None:
        yield _rate(scope, "tokens_per_minute", limited.tpm_limit, _TOKENS[scope])


def _models(metadata: Mapping[str, JsonValue]) -> Iterator[Limit]:
    """Yield the limits of a key for single models, which LiteLLM reads from the key's metadata."""
    for name, most in _numbers(metadata.get("model_rpm_limit")):
        title = message("Requests per minute of this key for %(model)s", model=name)
        yield _rate("model", "requests_per_minute", most, title, name)
    for name, most in _numbers(metadata.get("model_tpm_limit")):
        title = message("Tokens per minute of this key for %(model)s", model=name)
        yield _rate("model", "tokens_per_minute", most, title, name)


def _numbers(limits: JsonValue) -> Iterator[tuple[str, int]]:
    for name, most in limits.items() if isinstance(limits, dict) else ():
        if isinstance(most, int) and not isinstance(most, bool):
            yield name, most


def _rate(scope: Scope, kind: Kind, most: int, title: Message, name: str | None = None) -> Limit:
    text = message("%(limit)s: at most %(most)s.", limit=title, most=most)
    return Limit(scope=scope, kind=kind, title=title, text=text, name=name, limit=most, period=_MINUTE)


def _uncounted(title: Message) -> Message:
    return message("%(limit)s: an administrator of LiteLLM has set it.", limit=title)


def _status(percent: float, *, is_over: bool) -> Status:
    if is_over:
        return "reached"
    return "near" if percent >= _NEAR_PERCENT else "ok"


def _cents(usd: float) -> Decimal:
    return Decimal(usd).quantize(Decimal("0.01"))
