"""`GET /user/daily/activity`, `/team/daily/activity` and their `/aggregated` forms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from keydesk_sandbox import query
from keydesk_sandbox.activity.metrics import Metrics
from keydesk_sandbox.activity.people import Describer
from keydesk_sandbox.activity.report import days_of, printed_day
from keydesk_sandbox.activity.selection import Selection, of_teams, of_user
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.paging import Page
from keydesk_sandbox.rows import Row

Json = dict[str, Any]

_WHOLE_RANGE = 10_000_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether activity is requested by person or by team."""

    entity_of: Callable[[Row], str | None]
    describe: Callable[[Describer, str], Json]


_PEOPLE = Scope(lambda row: row["user_id"] or "Unassigned", Describer.user)
_PEOPLE_AGGREGATED = Scope(lambda _row: None, Describer.user)
_TEAMS = Scope(lambda row: row["team_id"] or "Unassigned", Describer.team)


def user_activity(call: Call) -> Json:
    """Return one page of a person's rows; the totals in `metadata` are those of the page."""
    page = Page(
        query.integer(call.query, "page", 1), query.integer(call.query, "page_size", 50, maximum=1000)
    )
    return _paged(call, of_user(call), page, _PEOPLE)


def team_activity(call: Call) -> Json:
    """Return one page of teams' rows; the page size has no maximum."""
    page = Page(
        query.integer(call.query, "page", 1, minimum=None),
        query.integer(call.query, "page_size", 10, minimum=None),
    )
    if page.number < 1 or page.size < 1:
        text = f"page and page_size must be >= 1, got page={page.number}, page_size={page.size}"
        raise DetailError(400, text, wrapped=False)
    return _paged(call, of_teams(call), page, _TEAMS)


def user_activity_aggregated(call: Call) -> Json:
    """Return a person's whole range in one page, without a breakdown by entity."""
    return _aggregated(call, of_user(call), _PEOPLE_AGGREGATED)


def team_activity_aggregated(call: Call) -> Json:
    """Return the whole range of teams in one page."""
    return _aggregated(call, of_teams(call), _TEAMS)


def _paged(call: Call, selection: Selection, page: Page, scope: Scope) -> Json:
    total = selection.total(call)
    results, totals = _results(call, selection.page(call, page), scope)
    pages = page.pages(total)
    limits = dict.fromkeys(("api_key_limit", "total_api_keys", "entity_total_api_keys"))
    place = {"page": page.number, "total_pages": pages, "has_more": page.number < pages}
    return {"results": results, "metadata": {**totals.totals(), **place, **limits}}


def _aggregated(call: Call, selection: Selection, scope: Scope) -> Json:
    limit = query.integer(call.query, "api_key_limit", 100, maximum=1000)
    found = selection.page(call, Page(1, _WHOLE_RANGE))
    kept = _largest_keys(found, limit)
    results, totals = _results(call, found, scope)
    for result in results:
        _drop_other_keys(result["breakdown"], kept)
    place = {"page": 1, "total_pages": 1, "has_more": False, "api_key_limit": limit}
    keys = {row["api_key"] for row in found}
    counts: Json = {"total_api_keys": len(keys), "entity_total_api_keys": None}
    if scope is _TEAMS:
        counts["entity_total_api_keys"] = _keys_by_team(found)
    return {"results": results, "metadata": {**totals.totals(), **place, **counts}}


def _results(call: Call, found: Iterable[Row], scope: Scope) -> tuple[list[Json], Metrics]:
    describer = Describer(call.db)
    days, totals = days_of(found, scope.entity_of)
    results = [
        printed_day(date, day, describer.key, lambda name: scope.describe(describer, name))
        for date, day in days.items()
    ]
    return results, totals


def _largest_keys(found: Iterable[Row], limit: int) -> set[str]:
    """Return the keys with the most spend, at most `limit` of them."""
    spend: dict[str, float] = {}
    for row in found:
        spend[row["api_key"]] = spend.get(row["api_key"], 0.0) + row["spend"]
    return set(sorted(spend, key=lambda key: -spend[key])[:limit])


def _drop_other_keys(breakdown: Json, kept: set[str]) -> None:
    for facet, groups in breakdown.items():
        if facet == "api_keys":
            breakdown[facet] = {name: entry for name, entry in groups.items() if name in kept}
            continue
        for entry in groups.values():
            by_key = entry["api_key_breakdown"]
            entry["api_key_breakdown"] = {name: value for name, value in by_key.items() if name in kept}


def _keys_by_team(found: Iterable[Row]) -> dict[str, int]:
    keys: dict[str, set[str]] = {}
    for row in found:
        keys.setdefault(row["team_id"] or "Unassigned", set()).add(row["api_key"])
    return {team: len(names) for team, names in keys.items()}
