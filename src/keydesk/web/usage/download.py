"""The usage page's figures as tables for spreadsheets. Pure."""

from collections.abc import Mapping
from typing import Literal

from keydesk.usage.models import UsageView
from keydesk.web.downloads import Cell, csv_text
from keydesk.web.usage.figures import Line, by_key, by_model, by_team

Table = Literal["day", "model", "key", "team"]
_COUNTS = (
    "total_tokens",
    "prompt_tokens",
    "completion_tokens",
    "api_requests",
    "successful_requests",
    "failed_requests",
)
_LINE_COUNTS = tuple(name for name in _COUNTS if name != "successful_requests")


def table_csv(report: UsageView, table: Table, teams: Mapping[str, str], *, with_money: bool) -> str:
    """One table of the report. `teams` are names by id."""
    if table == "day":
        return days_csv(report, with_money=with_money)
    lines = {"model": by_model(report), "key": by_key(report, teams), "team": by_team(report, teams)}[table]
    return lines_csv(table, lines, with_money=with_money)


def days_csv(report: UsageView, *, with_money: bool) -> str:
    """A row for every day and model."""
    money = ("spend_usd",) if with_money else ()
    rows: list[list[Cell]] = [
        [
            day.date.isoformat(),
            day.model,
            *([day.spend] if with_money else []),
            *(getattr(day, name) for name in _COUNTS),
        ]
        for day in report.daily_by_model
    ]
    return csv_text(("date", "model", *money, *_COUNTS), rows)


def lines_csv(subject: str, lines: list[Line], *, with_money: bool) -> str:
    """A row for every model, key or team; keys come with their team."""
    about_keys = subject == "key"
    header = [
        subject,
        *(["team"] if about_keys else []),
        *(["spend_usd"] if with_money else []),
        *_LINE_COUNTS,
    ]
    rows: list[list[Cell]] = [
        [
            line.name,
            *([line.note] if about_keys else []),
            *([line.spend] if with_money else []),
            *(getattr(line, name) for name in _LINE_COUNTS),
        ]
        for line in lines
    ]
    return csv_text(header, rows)
