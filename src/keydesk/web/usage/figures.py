"""Totals of a usage report by model, key and team, largest first. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keydesk.usage.models import TotalView, UsageView
from keydesk.web.language import gettext as _

_COUNTS = ("total_tokens", "prompt_tokens", "completion_tokens", "api_requests", "failed_requests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The usage of one model, key or team. `note` and `key_id` are set for keys; `note` is the key's team.

    `share` is the percentage of the spend of all lines, or of their tokens if spend is hidden.
    """

    name: str
    note: str
    spend: float
    total_tokens: int
    prompt_tokens: int
    completion_tokens: int
    api_requests: int
    failed_requests: int
    key_id: str = ""
    share: float = 0.0


def by_model(report: UsageView) -> list[Line]:
    return _ranked(_line(name, "", total) for name, total in report.usage_by_model.items())


def by_key(report: UsageView, team_names: Mapping[str, str]) -> list[Line]:
    """Return a line for every key, unnamed and deleted ones included."""
    return _ranked(
        _line(
            total.key_alias or _("Unnamed key %(id)s", id=key_id[-6:]),
            _team(total.team_id, team_names),
            total,
            key_id,
        )
        for key_id, total in report.usage_by_key.items()
    )


def by_team(report: UsageView, team_names: Mapping[str, str]) -> list[Line]:
    """Return a line for the keys of each team, and one for personal keys."""
    sums: dict[str | None, list[TotalView]] = defaultdict(list)
    for total in report.usage_by_key.values():
        sums[total.team_id].append(total)
    return _ranked(
        Line(
            name=_team(team_id, team_names) or _("No team"),
            note="",
            spend=sum(total.total_spend for total in totals),
            **{name: sum(getattr(total, name) for total in totals) for name in _COUNTS},
        )
        for team_id, totals in sums.items()
    )


def _team(team_id: str | None, names: Mapping[str, str]) -> str:
    return names.get(team_id, team_id) if team_id else ""


def _line(name: str, note: str, total: TotalView, key_id: str = "") -> Line:
    counts = total.model_dump(include={*_COUNTS})
    return Line(name=name, note=note, key_id=key_id, spend=total.total_spend, **counts)


def _ranked(lines: Iterable[Line]) -> list[Line]:
    found = sorted(lines, key=lambda line: (-line.spend, -line.total_tokens, line.name.casefold()))
    spend, tokens = sum(line.spend for line in found), sum(line.total_tokens for line in found)
    return [_with_share(line, spend, tokens) for line in found]


def _with_share(line: Line, spend: float, tokens: int) -> Line:
    part, whole = (line.spend, spend) if spend else (line.total_tokens, tokens)
    values = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return Line(**values | {"share": round(100 * part / whole, 1) if whole else 0.0})
