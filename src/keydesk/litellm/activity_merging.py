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


def reading_order(total_pages: int) -> tuple[int, ...]:
    """Return the numbers of the pages after the first: the last page, and then the others in ascending order.

    LiteLLM since 1.92 orders rows by date, newest first, and then by a random id. A new row moves every row after it,
    so the last row of a page can be read again on the next page. A row then also moves to the last page, which was
    read before and is read again after the others (`pages_to_check`).
    """
    return (total_pages, *range(2, total_pages)) if total_pages > 1 else ()


def pages_to_check(total_pages: int) -> tuple[int, ...]:
    """Return the numbers of the pages to read again at the end.

    The first page shows rows that moved before the last page was read. With two pages, no others can matter.
    """
    return {0: (), 1: (), 2: (1,)}.get(total_pages, (total_pages, 1))


def rows_moved(first: ActivityPage, before: ActivityPage, after: ActivityPage) -> bool:
    """Return whether a page, read again, shows that rows moved. `first` is the report's first page.

    Calls of the current day add to its figures, so these may grow. A row that moved to the page appears as a new
    combination of model and key, and a row that left it is missing there.
    """
    if before.total_pages != after.total_pages or len(before.days) != len(after.days):
        return True
    newest = max((day.date for day in first.days), default=None)
    pairs = zip(before.days, after.days, strict=True)
    return not all(one == other or (one.date == newest and _only_grew(one, other)) for one, other in pairs)


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


def _only_grew(before: ActivityDay, after: ActivityDay) -> bool:
    """Return whether a day has the same models, keys and providers, and each at least as many requests."""
    old, new = _requests(before), _requests(after)
    return before.date == after.date and old.keys() == new.keys() and all(new[at] >= old[at] for at in old)


def _requests(day: ActivityDay) -> dict[tuple[str, str, str], int]:
    facets = {"model": day.models, "provider": day.providers}
    return {
        (facet, name, key): figures.metrics.api_requests
        for facet, parts in facets.items()
        for name, part in parts.items()
        for key, figures in part.keys.items()
    }
