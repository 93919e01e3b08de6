"""Groups usage by day, model, key, team or provider. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from keydesk.usage.figures import Sums, Vector, sum_of, summed
from keydesk.usage.models import GroupBy
from keydesk.usage.report import Money
from keydesk.usage.subjects import Cube


class Group(NamedTuple):
    """`group` is None for keys without a team; `label` is a key's alias."""

    group: str | None
    label: str | None
    figures: Vector


def grouped_json(cube: Cube, by: GroupBy, money: Money) -> bytes:
    """Return the JSON of a GroupedUsageView."""
    listed = [
        {"group": group.group, "label": group.label, **money.shown(group.figures, "spend")}
        for group in groups(cube, by)
    ]
    total = money.shown(sum_of(day.figures.total for day in cube.days))
    honest = {"complete": cube.complete, "as_of": cube.as_of}
    return msgspec.json.encode({**total, "group_by": by, "groups": listed, **honest})


def groups(cube: Cube, by: GroupBy) -> list[Group]:
    """Return the groups by name. An order by spend would reveal hidden spend."""
    return sorted(_groups(cube, by), key=lambda group: group.group or "")


def _groups(cube: Cube, by: GroupBy) -> Iterator[Group]:
    figures = [day.figures for day in cube.days]
    match by:
        case "day":
            for day in cube.days:
                yield Group(day.day.isoformat(), None, day.figures.total)
        case "model":
            yield from _named(cube.names.models, Sums(day.models for day in figures))
        case "provider":
            providers = cube.names.providers
            yield from _named(providers, Sums(day.providers for day in figures))
        case "key":
            sums = _keys(cube)
            for number in sums.seen:
                key = cube.names.keys[number]
                yield Group(key.key_id, key.alias, sums.of(number))
        case "team":
            yield from _teams(cube)


def _named(names: list[str], sums: Sums) -> Iterator[Group]:
    for number in sums.seen:
        yield Group(names[number], None, sums.of(number))


def _keys(cube: Cube) -> Sums:
    return Sums(day.figures.keys for day in cube.days)


def _teams(cube: Cube) -> Iterator[Group]:
    """Group by the key's current team: LiteLLM does not report its team at the time of use."""
    sums = _keys(cube)
    teams = summed((cube.names.keys[number].team_id, sums.of(number)) for number in sums.seen)
    for team_id, figures in teams.items():
        yield Group(team_id, None, figures)
