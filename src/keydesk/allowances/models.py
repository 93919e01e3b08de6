"""What the keys of one owner have together, and the response of GET /limits/allowance. Amounts are in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from keydesk.allowances.spending import may_spend, most_in
from keydesk.allowances.windows import Window
from keydesk.litellm import Key, User
from keydesk.settings import AllowanceRules

Rate = Literal["rpm_limit", "tpm_limit"]


@dataclass(frozen=True, slots=True)
class Holding:
    """All keys of one owner, by id, and the rules for them.

    `account` is None for the service keys of a team. `given_up` is what deleted and changed keys have spent in the
    current windows, by the days of the window.
    """

    rules: AllowanceRules
    keys: Mapping[str, Key]
    account: User | None
    given_up: Mapping[int, Fraction]

    def of_key(self, key: Key, window: Window) -> Fraction | None:
        """Return what one key can spend in the window, or None without a limit.

        LiteLLM applies the budget of the account to personal keys, and not to keys of a team.
        """
        most = may_spend(key, window)
        return self._of_account(window) if most is None and key.team_id is None else most

    def total(self, window: Window) -> Fraction | None:
        """Return what all keys can spend in the window, or None without a limit.

        Personal keys without a budget share the one of the account, which counts once.
        """
        limited = [may_spend(key, window) for key in self.keys.values()]
        costs = [usd for usd in limited if usd is not None]
        if len(costs) < len(limited):
            shared = {
                self.of_key(key, window) for key in self.keys.values() if may_spend(key, window) is None
            }
            if None in shared:
                return None
            costs += [usd for usd in shared if usd is not None]
        return sum(costs, self.given_up.get(window.days, Fraction()))

    def of_rate(self, key: Key, rate: Rate) -> int | None:
        """Return the rate limit of one key, or that of the account, which LiteLLM applies to all keys together."""
        limit: int | None = getattr(key, rate)
        return self._shared_rate(rate) if limit is None else limit

    def total_rate(self, rate: Rate) -> int | None:
        """Return the sum of the rate limits, or None if a key has none. The limit of the account counts once."""
        limits: list[int | None] = [getattr(key, rate) for key in self.keys.values()]
        given = [limit for limit in limits if limit is not None]
        if len(given) == len(limits):
            return sum(given)
        shared = self._shared_rate(rate)
        return None if shared is None else sum(given) + shared

    def replacing(self, key_id: str, key: Key | None, given_up: Mapping[Window, Fraction]) -> "Holding":
        """Return the holding after a change of a key, or without it."""
        keys = {name: each for name, each in self.keys.items() if name != key_id}
        spent = dict(self.given_up)
        for window, usd in given_up.items():
            spent[window.days] = spent.get(window.days, Fraction()) + usd
        return replace(self, keys=keys if key is None else keys | {key_id: key}, given_up=spent)

    def _shared_rate(self, rate: Rate) -> int | None:
        limit: int | None = getattr(self.account, rate, None)
        return limit

    def _of_account(self, window: Window) -> Fraction | None:
        account = self.account
        return most_in(window, account.max_budget, account.budget_duration) if account is not None else None


class WindowView(BaseModel):
    """What all keys can spend in one window. `left` is for new keys and larger budgets."""

    model_config = ConfigDict(frozen=True)

    period: Annotated[str, Field(description="`1d`, `7d` or `30d`: a UTC day, a week from Monday, a month.")]
    limit: float
    used: Annotated[
        float | None, Field(description="Null if a key has no limit. Includes what deleted keys spent.")
    ]
    left: float
    given_up: Annotated[
        float,
        Field(description="What deleted and changed keys have spent until now. It counts until `resets_at`."),
    ]
    resets_at: datetime


class RateView(BaseModel):
    """The sum of a rate limit over all keys. `used` is null if a key has none."""

    model_config = ConfigDict(frozen=True)

    limit: int
    used: int | None
    left: int


class AllowanceView(BaseModel):
    """What all keys of one owner may have together, and what is left of it. `windows` is empty without an allowance."""

    model_config = ConfigDict(frozen=True)

    windows: list[WindowView]
    requests_per_minute: RateView | None
    tokens_per_minute: RateView | None

    @property
    def is_limited(self) -> bool:
        return bool(self.windows or self.requests_per_minute or self.tokens_per_minute)

    @property
    def is_exceeded(self) -> bool:
        """Return whether the keys have more than they may have, such as keys from before the allowance."""
        rates = [rate for rate in (self.requests_per_minute, self.tokens_per_minute) if rate is not None]
        limits: list[WindowView | RateView] = [*self.windows, *rates]
        return any(each.used is None or each.used > each.limit for each in limits)
