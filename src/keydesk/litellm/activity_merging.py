"""Puts pages of activity together and judges whether they are the whole. Pure; reads nothing itself."""

import math
from collections.abc import Sequence
from datetime import date

from keydesk.litellm.shapes.activity import Activity, ActivityDay, Metrics
from keydesk.litellm.shapes.activity_page import ActivityPage


def merged(pages: Sequence[ActivityPage], *, steady: bool) -> Activity:
    """Return the days of all pages, those that span several added up.

    It is complete if the pages held still (`steady`) and the days add up to what the pages say of themselves.
    """
    days: dict[date, ActivityDay] = {}
    for page in pages:
        for day in page.days:
            days[day.date] = days[day.date] + day if day.date in days else day
    total = sum((day.metrics for day in days.values()), start=Metrics())
    told = sum((page.totals for page in pages), start=Metrics())
    return Activity(
        days=tuple(days[at] for at in sorted(days)),
        total=total,
        pages_read=len(pages),
        complete=steady and _agree(total, told),
    )


def held_still(before: ActivityPage, after: ActivityPage) -> bool:
    """Whether the first page, read again after the others, shows that no row has moved between pages.

    Rows are ordered by date, newest first, and a new row belongs to a day that is still running. It pushes a
    row of the page's oldest day onto the next page, so that a day that is over changes here. A page that
    holds nothing but the running day shows it by a combination of model and key that was not there before.
    """
    if before.total_pages != after.total_pages or not before.days or not after.days:
        return before.total_pages == after.total_pages and before.days == after.days
    newest = max(before.days, key=lambda day: day.date)
    newest_after = max(after.days, key=lambda day: day.date)
    older = [day for day in before.days if day is not newest]
    older_after = [day for day in after.days if day is not newest_after]
    return newest.date == newest_after.date and older == older_after and _rows(newest) == _rows(newest_after)


def _rows(day: ActivityDay) -> set[tuple[str, str]]:
    named = {(name, key) for name, model in day.models.items() for key in model.keys}
    return named | {("", name) for name in (*day.models, *day.keys, *day.providers)}


def _agree(total: Metrics, told: Metrics) -> bool:
    """Whether both say the same, up to the rounding of sums of floats."""
    if not math.isclose(total.spend, told.spend, rel_tol=1e-9, abs_tol=1e-9):
        return False
    return total.model_copy(update={"spend": 0.0}) == told.model_copy(update={"spend": 0.0})
