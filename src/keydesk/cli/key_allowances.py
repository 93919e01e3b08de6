"""The part of `keydesk keys plan` about allowances: the owners whose keys have more than they may have together."""

from collections.abc import Iterator

from keydesk.allowances.models import AllowanceView
from keydesk.api.services import Services
from keydesk.cli.key_names import owner_name
from keydesk.cli.printable import console, printable
from keydesk.jobs.allowances_plan import Holdings

_PERIODS = {"1d": "a day", "7d": "a week", "30d": "a month"}


async def print_exceeded(services: Services, holdings: Holdings) -> None:
    """Print each owner whose keys exceed the allowance, and a summary. Prints nothing without an allowance."""
    if not services.allowances_plan.is_needed:
        return
    number = 0
    async for each in services.allowances_plan.exceeded(holdings):
        number += 1
        console().print(printable(f"{owner_name(each.owner)}  {'; '.join(_excesses(each.view))}"))
    console().print(f"{number} owners have more than their allowance. Their keys keep working.")


def _excesses(view: AllowanceView) -> Iterator[str]:
    for window in view.windows:
        if window.used is None or window.used > window.limit:
            held = "unlimited budgets" if window.used is None else f"budgets of ${window.used:,.2f}"
            yield f"{held}, allowed: ${window.limit:,.2f} {_PERIODS[window.period]}"
    rates = {"requests": view.requests_per_minute, "tokens": view.tokens_per_minute}
    for name, rate in rates.items():
        if rate is not None and (rate.used is None or rate.used > rate.limit):
            held = "unlimited" if rate.used is None else f"{rate.used:,}"
            yield f"{held} {name} per minute, allowed: {rate.limit:,}"
