"""Groups usage by day, model, key, team or provider. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from keydesk.usage.figures import Sums, Vector, sum_of, summed
from keydesk.usage.models import GroupBy
from keydesk.usage.report import Money
from keydesk.usage.subjects import UsageData


class Group(NamedTuple):
    """`group` is None for keys without a team; `label` is a key's alias."""

    group: str | None
    label: str | None
    figures: Vector


def grouped_json(usage: UsageData, by: GroupBy, money: Money) -> bytes:
    """Return the JSON of a GroupedUsageView."""
    listed = [
        {"group": group.group, "label": group.label, **money.shown(group.figures, "spend")}
        for group in groups(usage, by)
    ]
    total = money.shown(sum_of(day.figures.total for day in usage.days))
    completeness = {"complete": usage.complete, "as_of": usage.as_of}
    return msgspec.json.encode({**total, "group_by": by, "groups": listed, **completeness})


def groups(usage: UsageData, by: GroupBy) -> list[Group]:
    """Return the groups by name. An order by spend would reveal hidden spend."""
    return sorted(_groups(usage, by), key=lambda group: group.group or "")


def _groups(usage: UsageData, by: GroupBy) -> Iterator[Group]:
    figures = [day.figures for day in usage.days]
    match by:
        case "day":
            for day in usage.days:
                yield Group(day.day.isoformat(), None, day.figures.total)
        case "model":
            yield from _named(usage.names.models, Sums(day.models for day in figures))
        case "provider":
            providers = usage.names.providers
            yield from _named(providers, Sums(day.providers for day in figures))
        case "key":
            sums = _keys(usage)
            for number in sums.seen:
                key = usage.names.keys[number]
                yield Group(key.key_id, key.alias, sums.of(number))
        case "team":
            yield from _teams(usage)


def _named(names: list[str], sums: Sums) -> Iterator[Group]:
    for number in sums.seen:
        yield Group(names[number], None, sums.of(number))


def _keys(usage: UsageData) -> Sums:
    return Sums(day.figures.keys for day in usage.days)


def _teams(usage: UsageData) -> Iterator[Group]:
    """Group by the key's current team: LiteLLM does not report its team at the time of use."""
    sums = _keys(usage)
    teams = summed((usage.names.keys[number].team_id, sums.of(number)) for number in sums.seen)
    for team_id, figures in teams.items():
        yield Group(team_id, None, figures)
