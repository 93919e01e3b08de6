"""The lists of the statement pages: months, and one month by cost center, team, person, model or key."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel.dates import format_skeleton

from keydesk.chargeback.models import Dimension
from keydesk.chargeback.policy import first_day
from keydesk.chargeback.responses import GroupedStatement, GroupLine, StatementView
from keydesk.web.language import N_, current_locale
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Listing
from keydesk.web.lists.state import ListState
from keydesk.web.lists.view import ListView, read_page

PATH = "/admin/statements"
DIMENSIONS: dict[Dimension, str] = {
    "cost_center": N_("Cost center"),
    "team": N_("Team"),
    "person": N_("Person"),
    "model": N_("Model"),
    "key": N_("API key"),
}
_NONE: dict[str, str] = {
    "team": N_("No team"),
    "person": N_("No person"),
    "key": N_("No key"),
    "model": N_("Unknown"),
    "cost_center": N_("Unknown"),
}
STATEMENTS: Listing[StatementView] = Listing(
    name="statements",
    columns=(
        Column("month", N_("Month"), lambda each: each.month, falls_first=True, fixed=True),
        Column("state", N_("Status"), lambda each: each.state),
        Column("spend", N_("Spend"), lambda each: each.spend_usd, falls_first=True),
        Column("corrections", N_("Corrections"), lambda each: each.corrections_usd, falls_first=True),
        Column("requests", N_("Requests"), lambda each: each.requests, falls_first=True),
    ),
    sort="-month",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A group with its name. `share` is its part of the spend in percent."""

    group: GroupLine
    name: str
    share: float


def listing_of(by: Dimension, label: str | None = None) -> Listing[Row]:
    """Return the list of one month by a dimension or label, which the database sorts by spend."""
    center: tuple[Column[Row], ...] = (
        (Column("center", N_("Cost center")),) if by in {"team", "person", "key"} else ()
    )
    return Listing(
        name="groups",
        columns=(
            Column("name", label or DIMENSIONS.get(by, ""), fixed=True),
            *center,
            Column("spend", N_("Spend")),
            Column("share", N_("Share")),
            Column("tokens", N_("Tokens")),
            Column("requests", N_("Requests")),
        ),
        sort="",
    )


def view_of(detail: GroupedStatement, state: ListState) -> ListView[Row]:
    total = detail.statement.spend_usd
    rows = [
        Row(
            group,
            group.label or _(_NONE.get(detail.group_by, "")),
            float(group.spend_usd / total * 100) if total else 0.0,
        )
        for group in detail.groups
    ]
    return read_page(rows, state, detail.total, detail.total)


def month_name(month: str, skeleton: str = "yMMMM") -> str:
    """Return the month in words in the reader's language. `yMMM` is shorter."""
    day = first_day(month)
    moment = dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC)
    return format_skeleton(skeleton, moment, locale=current_locale())


def tabs(path: str, chosen: Dimension, offered: Iterable[Dimension] = DIMENSIONS) -> list[dict[str, Any]]:
    """Return a link to the statement at `path` by each of the dimensions."""
    return [{"path": f"{path}?by={by}", "label": _(DIMENSIONS[by]), "chosen": by == chosen} for by in offered]


def label_tabs(path: str, detail: GroupedStatement) -> list[dict[str, Any]]:
    """Return a link to the statement at `path` by each of its labels."""
    return [
        {"path": f"{path}?by=label&label={label}", "label": label, "chosen": label == detail.label}
        for label in detail.labels
    ]
