"""The list of single calls: its columns and filters, and one page of it from LiteLLM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.calls.models import CallFilters, CallsView, CallView
from keydesk.calls.policy import parse_days
from keydesk.calls.refusals import words_of
from keydesk.calls.service import Place, Source
from keydesk.keys.models import KeyView
from keydesk.kit.people import Person
from keydesk.web.language import N_, translated
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.state import ListState
from keydesk.web.lists.view import Choice, ListView, choice_of
from keydesk.web.page_views import PageViews

PATH = "/usage/calls"
_MOST_PAGES = 1000
_RESULTS = {"success": N_("Successful"), "failure": N_("Failed")}


@dataclass(frozen=True, slots=True)
class Row:
    """A call. `key_name` is empty if the reader does not see the key, and `href` if it has no page."""

    call: CallView
    key_name: str
    href: str
    person: str
    reason: str

    @property
    def failed(self) -> bool:
        return self.call.status == "failure"


CALLS: Listing[Row] = Listing(
    name="calls",
    columns=(
        Column("time", N_("Time"), fixed=True),
        Column("key", N_("Key")),
        Column("model", N_("Model")),
        Column("tokens", N_("Tokens")),
        Column("cost", N_("Cost")),
        Column("latency", N_("Latency")),
        Column("result", N_("Result")),
    ),
    sort="-time",
    filters=(
        Filter("start_date", N_("From (UTC)"), kind="day"),
        Filter("end_date", N_("To (UTC)"), kind="day"),
        Filter("team", N_("Team")),
        Filter("key", N_("Key")),
        Filter("model", N_("Model")),
        Filter("status", N_("Result"), lambda _rows: {value: _(label) for value, label in _RESULTS.items()}),
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The reader, what they can choose from, and the state of the list."""

    person: Person
    views: PageViews
    keys: Sequence[KeyView]
    teams: Mapping[str, str]
    """The names of the teams that the reader manages, by id."""
    state: ListState

    @classmethod
    async def of(cls, person: Person, views: PageViews, state: ListState) -> "Asked":
        managed = await views.managed_teams()
        teams = {team.team_id: team.team_alias or team.team_id for team in managed}
        return cls(person, views, await views.keys(), teams, state)

    @property
    def team_id(self) -> str | None:
        return self.state.filters.get("team")


def filters_of(request: Request, state: ListState) -> CallFilters:
    """Return the filters of the list. Raises InvalidRequest for a period that cannot be read."""
    chosen = state.filters
    today = services_of(request).clock().date()
    start, end = parse_days(chosen.get("start_date"), chosen.get("end_date"), today)
    status = chosen["status"] if chosen.get("status") in _RESULTS else None
    key = None if "team" in chosen else chosen.get("key")
    return CallFilters(start, end, key, chosen.get("model"), status)  # type: ignore[arg-type]


async def source_of(request: Request, asked: Asked, filters: CallFilters) -> Source:
    """Return the calls of the chosen team, or else of the reader. Raises NotFound."""
    calls = services_of(request).calls
    if asked.team_id is not None:
        return await calls.of_team(asked.person, asked.team_id, filters)
    return await calls.of_user(await asked.views.account(), filters)


async def view_of(request: Request, asked: Asked, filters: CallFilters) -> tuple[ListView[Row], CallsView]:
    """Return the list and the page that it shows. A page after the last one is the last one."""
    calls, source = services_of(request).calls, await source_of(request, asked, filters)
    state = replace(asked.state, page=min(asked.state.page, _MOST_PAGES))
    found = await calls.page(source, Place(state.page, state.size))
    if state.page > found.total_pages > 0:
        state = replace(state, page=min(found.total_pages, _MOST_PAGES))
        found = await calls.page(source, Place(state.page, state.size))
    rows = await _rows(request, asked, found.calls)
    return ListView(
        state=state, rows=rows, matching=found.total, total=found.total, choices=await choices(asked)
    ), found


async def choices(asked: Asked) -> list[Choice]:
    """Return the filters with their options. Only those who manage teams can choose one, and then no key."""
    names = {key.token: key.key_alias or key.key for key in asked.keys}
    models = {model.model_name: model.model_name for model in await asked.views.models()}
    options = {"team": asked.teams, "key": names if asked.team_id is None else {}, "model": models}
    return [choice_of(each, options.get(each.name, each.options(())), asked.state) for each in CALLS.filters]


async def _rows(request: Request, asked: Asked, calls: Sequence[CallView]) -> list[Row]:
    own = {key.token: key.key_alias or key.key for key in asked.keys}
    user_ids = {call.user_id for call in calls if call.user_id}
    people = await services_of(request).people_names.of_accounts(user_ids) if user_ids else {}
    return [
        Row(
            call,
            own.get(call.key or "", call.key_alias or ""),
            f"/keys/{call.key}" if call.key in own else "",
            people[call.user_id].name if call.user_id in people else "",
            translated(words_of(call.reason)) if call.reason else "",
        )
        for call in calls
    ]
