"""A budget that is larger for a time, and what remains of it. Pure."""

from typing import Any, TypeGuard

_DIGITS = 6
"""Budgets are computed to a millionth of a dollar."""
Usd = float | None


def without(base: Usd, given: Usd, current: Usd) -> Usd:
    """Return what remains of the current budget without the grant.

    If nobody has changed the budget, this is exactly what it was before. If somebody has, only the difference is
    taken back, and never so much that less remains than without the grant. The result is never larger than the
    current budget.
    """
    if current is None or base is None or given is None:
        return current
    if current == given:
        return base
    return min(current, max(base, round(current - (given - base), _DIGITS)))


def on_top_of(base: Usd, given: Usd, other: Usd) -> Usd:
    """Return the budget with the grant for another base, such as after a change of the configuration."""
    if other is None or base is None or given is None:
        return other
    return round(other + (given - base), _DIGITS)


def union(one: Usd, other: Usd) -> Usd:
    """Return the larger budget."""
    return max(one or 0.0, other or 0.0)


def is_amount(value: Any) -> TypeGuard[Usd]:
    """Return whether the value is a budget. None is no limit."""
    return value is None or isinstance(value, int | float)
