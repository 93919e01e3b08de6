"""Rules for the amount and the reset period of a budget. Pure.

A ceiling is an amount per 30 days. It is scaled to the period of the budget, so that a shorter period does not allow a
higher rate of spending.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from keydesk.kit.durations import budget_period_days, to_litellm_budget
from keydesk.kit.messages import Message, message
from keydesk.kit.problems import PolicyRefused
from keydesk.settings import BudgetRules

CEILING_DAYS = 30
_CENT = Fraction(1, 100)
_BUDGET_NEEDED = {
    "key": message("Every key needs a budget."),
    "team": message("Every team needs a budget."),
}


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount in US dollars (None: no limit) and a period in LiteLLM's notation (None: never resets)."""

    usd: float | None
    period: str | None

    @classmethod
    def requested(cls, usd: float | None, period: str | None) -> "Budget":
        """Return the budget as LiteLLM stores it, with the period in LiteLLM's notation."""
        return cls(usd, to_litellm_budget(period) if period else None)


def check_budget(budget: Budget, rules: BudgetRules, owner: Literal["key", "team"]) -> None:
    """Check the amount and the period of a budget. Raises PolicyRefused.

    `owner` is for the error message.
    """
    if budget.usd is None and not rules.allow_unlimited_budget:
        hint = message("Set max_budget to an amount in US dollars.")
        raise PolicyRefused(_BUDGET_NEEDED[owner], hint=hint, param="max_budget")
    check_amount(budget.usd, rules, "max_budget")
    if budget.period is not None and not _long_enough(budget.period, rules):
        raise PolicyRefused(
            message("The budget period is too short, or is not a whole number of days."),
            hint=message(
                "The shortest period is %(period)s. Set budget_duration to a value such as 30d.",
                period=rules.shortest_budget_period,
            ),
            param="budget_duration",
        )


def check_amount(usd: float | None, rules: BudgetRules, param: str) -> None:
    """Raise PolicyRefused if the amount is above `largest_budget`."""
    if usd is not None and usd > rules.largest_budget:
        largest = dollars(Fraction(rules.largest_budget))
        hint = message("The maximum is %(amount)s US dollars.", amount=largest)
        raise PolicyRefused(message("The budget is too large."), hint=hint, param=param)


def check_ceiling(budget: Budget, ceiling_usd: float, param: str) -> None:
    """Check a budget against a ceiling per 30 days. Raises PolicyRefused.

    A limited budget needs a period, because the ceiling depends on it.
    """
    if budget.usd is None:
        return
    days = budget_period_days(budget.period) if budget.period else None
    if days is None:
        raise PolicyRefused(
            message("A budget needs a period."),
            hint=message(
                "Set budget_duration to a value such as 30d. The maximum budget depends on the period."
            ),
            param="budget_duration",
        )
    maximum = ceiling_for(days, ceiling_usd)
    if Fraction(budget.usd) > maximum:
        hint = message(
            "The maximum for %(period)s is %(amount)s US dollars.",
            period=budget.period,
            amount=dollars(maximum),
        )
        raise PolicyRefused(
            message("The budget is above the maximum for its period."), hint=hint, param=param
        )


def ceiling_for(days: int, ceiling_usd: float) -> Fraction:
    """Return the maximum amount for a period of `days` days."""
    return Fraction(ceiling_usd) * days / CEILING_DAYS


def _long_enough(period: str, rules: BudgetRules) -> bool:
    days = budget_period_days(period)
    shortest = budget_period_days(to_litellm_budget(rules.shortest_budget_period))
    return days is not None and shortest is not None and days >= shortest


def dollars(amount: Fraction) -> Decimal | Message:
    """Return the amount for a message, rounded down so that the policy accepts it."""
    cents = amount // _CENT
    if not cents:
        return message("less than %(amount)s", amount=Decimal("0.01"))
    return Decimal(cents).scaleb(-2) if cents % 100 else Decimal(cents // 100)
