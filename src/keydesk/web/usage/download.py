"""The usage page's figures as CSV for spreadsheets, with headings in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Literal

from keydesk.usage.models import UsageView
from keydesk.web.downloads import Cell, csv_text
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.usage.figures import Line, by_key, by_model, by_team

Table = Literal["day", "model", "key", "team"]
_COUNTS = {
    "total_tokens": N_("Total tokens"),
    "prompt_tokens": N_("Input tokens"),
    "completion_tokens": N_("Output tokens"),
    "api_requests": N_("Requests"),
    "successful_requests": N_("Successful requests"),
    "failed_requests": N_("Failed requests"),
}
_LINE_COUNTS = {name: heading for name, heading in _COUNTS.items() if name != "successful_requests"}
_SUBJECTS = {"model": N_("Model"), "key": N_("API key"), "team": N_("Team")}


def table_csv(report: UsageView, table: Table, teams: Mapping[str, str], *, with_money: bool) -> str:
    """Return one table of the report. `teams` are names by id."""
    if table == "day":
        return days_csv(report, with_money=with_money)
    lines = {"model": by_model(report), "key": by_key(report, teams), "team": by_team(report, teams)}[table]
    return lines_csv(table, lines, with_money=with_money)


def days_csv(report: UsageView, *, with_money: bool) -> str:
    """Return one row per day and model."""
    money = [_("Spend (USD)")] if with_money else []
    rows: list[list[Cell]] = [
        [
            day.date.isoformat(),
            day.model,
            *([day.spend] if with_money else []),
            *(getattr(day, name) for name in _COUNTS),
        ]
        for day in report.daily_by_model
    ]
    return csv_text([_("Date (UTC)"), _("Model"), *money, *map(_, _COUNTS.values())], rows)


def lines_csv(subject: str, lines: list[Line], *, with_money: bool) -> str:
    """Return one row per model, key or team. Keys have a column for their team."""
    about_keys = subject == "key"
    header = [
        _(_SUBJECTS[subject]),
        *([_("Team")] if about_keys else []),
        *([_("Spend (USD)")] if with_money else []),
        *map(_, _LINE_COUNTS.values()),
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
