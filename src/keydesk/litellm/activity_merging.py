"""Merges pages of activity and checks whether they are complete. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from keydesk.litellm.shapes.activity import Activity, ActivityDay, Metrics, summed
from keydesk.litellm.shapes.activity_page import ActivityPage


def merged(pages: Sequence[ActivityPage], *, stable: bool) -> Activity:
    """Return the days of all pages; a day that spans several pages is summed.

    The result is complete if no rows moved (`stable`) and the days add up to the totals of the pages.
    """
    days: dict[date, ActivityDay] = {}
    for page in pages:
        for day in page.days:
            days[day.date] = days[day.date] + day if day.date in days else day
    total = summed(day.metrics for day in days.values())
    page_totals = summed(page.totals for page in pages)
    return Activity(
        days=tuple(days[at] for at in sorted(days)),
        total=total,
        pages_read=len(pages),
        complete=stable and total.agrees_with(page_totals),
    )


def pages_unchanged(before: ActivityPage, after: ActivityPage) -> bool:
    """Return whether the first page, read again after the others, shows that no row moved between pages.

    Rows are ordered by date, newest first, and new rows belong to the current day. A new row moves a row of the
    page's oldest day to the next page, so a past day changes on this page. If the page has the current day only, a
    new row appears as a new combination of model and key.
    """
    if before.total_pages != after.total_pages or not before.days or not after.days:
        return before.total_pages == after.total_pages and before.days == after.days
    newest = max(before.days, key=lambda day: day.date)
    newest_after = max(after.days, key=lambda day: day.date)
    older = [day for day in before.days if day is not newest]
    older_after = [day for day in after.days if day is not newest_after]
    return newest.date == newest_after.date and older == older_after and _rows(newest) == _rows(newest_after)


def adds_up(day: ActivityDay) -> bool:
    """Return whether every breakdown of a day adds up to the day, with nothing omitted or counted twice."""
    breakdowns: tuple[Iterable[Metrics], ...] = (
        (part.metrics for part in day.models.values()),
        (part.metrics for part in day.providers.values()),
        (key.metrics for key in day.keys.values()),
        (key.metrics for part in day.models.values() for key in part.keys.values()),
        (key.metrics for part in day.providers.values() for key in part.keys.values()),
    )
    return all(summed(figures).agrees_with(day.metrics) for figures in breakdowns)


def same_figures(one: Activity, other: Activity) -> bool:
    """Return whether two results have the same figures for every day, model, key and provider."""
    return len(one.days) == len(other.days) and all(map(_same_day, one.days, other.days))


def _same_day(one: ActivityDay, other: ActivityDay) -> bool:
    if one.date != other.date or not one.metrics.agrees_with(other.metrics):
        return False
    facets = ((one.models, other.models), (one.providers, other.providers), (one.keys, other.keys))
    return all(
        left.keys() == right.keys()
        and all(left[name].metrics.agrees_with(right[name].metrics) for name in left)
        for left, right in facets
    )


def _rows(day: ActivityDay) -> set[tuple[str, str]]:
    named = {(name, key) for name, model in day.models.items() for key in model.keys}
    return named | {("", name) for name in (*day.models, *day.keys, *day.providers)}
