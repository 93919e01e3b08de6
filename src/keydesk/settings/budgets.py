"""Limits on the budgets that people can set for keys and teams."""

from keydesk.kit.field_types import BudgetPeriod, PositiveUsd
from keydesk.settings.section import Section


class BudgetRules(Section):
    """Limits on budgets. LiteLLM resets the spend at the end of each budget period."""

    allow_unlimited_budget: bool = False
    """Allow keys or teams without a budget limit."""
    shortest_budget_period: BudgetPeriod = "1d"
    """The shortest budget period, in whole days. LiteLLM does not support exact periods in hours."""
    largest_budget: PositiveUsd = 1_000_000.0
    """The largest budget in USD, for any budget period."""
