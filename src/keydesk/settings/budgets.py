"""Limits on the budgets that people choose, for keys and for teams."""

from keydesk.kit.field_types import BudgetPeriod, PositiveUsd
from keydesk.settings.section import Section


class BudgetRules(Section):
    """What a budget may be. LiteLLM allows the amount again after each period."""

    allow_unlimited_budget: bool = False
    """Whether a key or team may have no budget limit."""
    shortest_budget_period: BudgetPeriod = "1d"
    """The shortest budget period, in whole days: LiteLLM does not keep the length of periods in hours."""
    largest_budget: PositiveUsd = 1_000_000.0
    """The largest amount of any budget, in USD, whatever its period."""
