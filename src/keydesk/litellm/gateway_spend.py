"""Reads the spend of everyone on one day: `/user/daily/activity` and `/team/daily/activity` without a filter."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from msgspec import MsgspecError

from keydesk.litellm.activity import ActivityReports
from keydesk.litellm.activity_merging import pages_to_check, reading_order
from keydesk.litellm.call import Call
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import TooManyPages, UnexpectedAnswer
from keydesk.litellm.sanitising import sanitised
from keydesk.litellm.shapes.activity import Activity, Metrics, summed
from keydesk.litellm.shapes.spend_day import SpendDay, SpendRow
from keydesk.litellm.shapes.spend_page import Cell, SpendPage, read_spend_page
from keydesk.litellm.spend_attribution import UNASSIGNED, Ask, Table, divided, token_of

_USER = "/user/daily/activity"
_TEAM = "/team/daily/activity"


class GatewaySpend:
    """The spend of everyone by day, available as `gateway.spend`. Days are UTC days."""

    def __init__(
        self, caller: Caller, has_ordered_pages: Callable[[], Awaitable[bool]], reports: ActivityReports
    ) -> None:
        self._caller = caller
        self._has_ordered_pages = has_ordered_pages
        self._reports = reports

    async def of_day(self, day: date, known_users: Collection[str] = ()) -> SpendDay:
        """Return all rows of one day, from all pages.

        Costs one call per page of each table, one more for a table of several pages, and one for each person or team
        of a key that had several on that day. LiteLLM before 1.92 does not order its pages: a day with several pages
        then costs one call for each person on it. `known_users` are the people to call for, because
        such pages can miss some.
        """
        people = await self._table(_USER, day)
        teams = await self._table(_TEAM, day)
        asked = _Asked(self._reports, day)
        users = [] if people.covers_every_key else sorted(people.all_entities() | {*known_users})
        rows = [row for token in people.models for row in await _rows_of(token, people, teams, users, asked)]
        return SpendDay(
            date=day,
            rows=tuple(rows),
            total=people.total,
            keys={token: names for token, names in people.names.items() if token_of(token)},
            complete=people.adds_up,
        )

    async def _table(self, route: str, day: date) -> Table:
        """Return the table of a day, read once more if rows moved between pages meanwhile."""
        table = await self._read(route, day)
        return table if table.complete else await self._read(route, day)

    async def _read(self, route: str, day: date) -> Table:
        table, size = Table(), self._caller.config.activity_page_size
        first = await self._page(route, day, page=1, page_size=size)
        if first.total_pages > self._caller.config.max_pages:
            raise TooManyPages(route, self._caller.config.max_pages, first.total_pages)
        if first.total_pages > 1 and not await self._has_ordered_pages():
            return await self._unordered(route, day, first)
        pages = {1: first}
        for number in reading_order(first.total_pages):
            pages[number] = await self._page(route, day, page=number, page_size=size)
        for page in pages.values():
            table.complete &= page.total_pages == first.total_pages
            table.add(page)
        if first.total_pages > 1:
            table.complete &= await self._is_whole(route, day, table, pages)
        return table

    async def _is_whole(self, route: str, day: date, table: Table, pages: Mapping[int, SpendPage]) -> bool:
        """Return whether all pages together have each row once. LiteLLM has a total of all pages for people only."""
        whole = await self._reports.aggregated_of_all(day, day, keys=1) if route == _USER else None
        if whole is not None:
            return whole.total.agrees_with(table.total)
        for number in pages_to_check(len(pages)):
            again = await self._page(
                route, day, page=number, page_size=self._caller.config.activity_page_size
            )
            if again.total_pages != len(pages) or again.models != pages[number].models:
                return False
        return True

    async def _unordered(self, route: str, day: date, first: SpendPage) -> Table:
        """Return the table of a release whose pages can overlap. LiteLLM does not limit the page size for teams."""
        size, table = self._caller.config.activity_page_size, Table()
        if route == _TEAM:
            table.add(await self._page(route, day, page=1, page_size=first.total_pages * size))
            return table
        for number in range(1, first.total_pages + 1):
            table.add(await self._page(route, day, page=number, page_size=size))
        whole = await self._reports.aggregated_of_all(day, day)
        if whole is None:
            raise UnexpectedAnswer(f"{route}/aggregated is missing")
        table.models, table.total, table.covers_every_key = {}, whole.total, False
        table.add_models(_cells(whole))
        return table

    async def _page(self, route: str, day: date, *, page: int, page_size: int) -> SpendPage:
        query: dict[str, str | int] = {"start_date": day.isoformat(), "end_date": day.isoformat()}
        call = Call(
            method="GET",
            route=route,
            query={**query, "page": page, "page_size": page_size},
            timeout_seconds=self._caller.config.activity_timeout_seconds,
        )
        try:
            return read_spend_page((await self._caller.call(call)).content)
        except MsgspecError as fault:
            raise UnexpectedAnswer(
                f"{route} returned an unexpected response: {sanitised(str(fault))}"
            ) from None


@dataclass(slots=True)
class _Asked:
    """What single people and teams spent on the day. Each is read once."""

    reports: ActivityReports
    day: date
    users: dict[str, Mapping[Cell, Metrics]] = field(default_factory=dict)
    teams: dict[str, Mapping[Cell, Metrics]] = field(default_factory=dict)

    async def user(self, user_id: str) -> Mapping[Cell, Metrics]:
        return await self._of(user_id, self.users, self.reports.of_user)

    async def team(self, team_id: str) -> Mapping[Cell, Metrics]:
        return await self._of(team_id, self.teams, self.reports.of_team)

    async def _of(
        self,
        name: str,
        found: dict[str, Mapping[Cell, Metrics]],
        read: Callable[[str, date, date], Awaitable[Activity]],
    ) -> Mapping[Cell, Metrics]:
        if name not in found:
            # LiteLLM cannot filter by names with a comma: these figures stay without a person or team.
            found[name] = _cells(await read(name, self.day, self.day)) if "," not in name else {}
        return found[name]


async def _rows_of(
    token: str, people: Table, teams: Table, users: list[str], asked: _Asked
) -> list[SpendRow]:
    by_model = people.models[token]
    parts = await _parts(token, people, users, asked.user)
    if len({user for user, _, _ in parts}) > 1:
        # The tables do not tell which of these people used which team's share.
        team = people.names[token].team_id if token in people.names else None
        return [SpendRow(user, team, token_of(token), model, metrics) for user, model, metrics in parts]
    user = parts[0][0] if parts else None
    by_team = await _parts(token, teams, [], asked.team, by_model)
    return [SpendRow(user, team, token_of(token), model, metrics) for team, model, metrics in by_team]


async def _parts(
    token: str, table: Table, entities: list[str], ask: Ask, by_model: dict[str, Metrics] | None = None
) -> list[tuple[str | None, str, Metrics]]:
    by_model = table.models[token] if by_model is None else by_model
    only = table.only_entity(token, summed(by_model.values()))
    if only is not None:
        entity = None if only == UNASSIGNED else only
        return [(entity, model, metrics) for model, metrics in by_model.items()]
    found = entities or sorted(table.entities.get(token, {}).keys() - {UNASSIGNED})
    return await divided(by_model, token, found, ask)


def _cells(activity: Activity) -> dict[Cell, Metrics]:
    return dict(_each_cell(activity))


def _each_cell(activity: Activity) -> Iterator[tuple[Cell, Metrics]]:
    for day in activity.days:
        for model, part in day.models.items():
            for token, key in part.keys.items():
                yield (model, token), key.metrics
