"""Search and sort the list of keys. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from keydesk.keys.models import KeyView
from keydesk.web.language import gettext as _
from keydesk.web.status import KeyStatus, key_status

Column = Literal["created", "name", "team", "spent", "used", "expires", "state"]
_LATE = datetime.max.replace(tzinfo=UTC)
_EARLY = datetime.min.replace(tzinfo=UTC)
_FALLING_FIRST = {"created", "spent", "used"}
"""Columns whose first click sorts in descending order."""
_TONES = ("bad", "fair", "good", "over")


@dataclass(frozen=True, slots=True)
class Row:
    key: KeyView
    state: KeyStatus
    team: str | None

    @property
    def name(self) -> str:
        return self.key.key_alias or _("Unnamed key")

    @property
    def expired(self) -> bool:
        return self.state.status.tone == "over"


@dataclass(frozen=True, slots=True)
class Order:
    """The column and direction of the sort."""

    column: Column
    falling: bool

    @classmethod
    def named(cls, text: str | None) -> "Order":
        """Parse `name` or `-name`. The default is newest first."""
        name = (text or "").removeprefix("-")
        column: Column = next((known for known in get_args(Column) if known == name), "created")
        return cls(column, falling=(text or "").startswith("-") or name != column)

    def next_for(self, column: Column) -> str:
        """Return the order after a click on a column's heading."""
        falling = not self.falling if column == self.column else column in _FALLING_FIRST
        return f"-{column}" if falling else column

    def aria(self, column: Column) -> str:
        if column != self.column:
            return "none"
        return "descending" if self.falling else "ascending"


def rows(keys: Sequence[KeyView], team_names: Mapping[str, str], now: datetime) -> list[Row]:
    return [
        Row(key, key_status(key, now), team_names.get(key.team_id, key.team_id) if key.team_id else None)
        for key in keys
    ]


def chosen(found: Sequence[Row], words: str, order: Order) -> list[Row]:
    """Return the rows that contain every search word in their name, team, models, status or marks."""
    wanted = words.casefold().split()
    fitting = [row for row in found if all(word in _searched(row) for word in wanted)]
    return sorted(fitting, key=_VALUES[order.column], reverse=order.falling)


def _searched(row: Row) -> str:
    marks = (mark.word for mark in row.state.marks)
    return " ".join(
        [row.name, row.key.key, row.team or "", *row.key.models, row.state.status.word, *marks]
    ).casefold()


_VALUES: Mapping[Column, Callable[[Row], Any]] = {
    "created": lambda row: row.key.created_at,
    "name": lambda row: row.name.casefold(),
    "team": lambda row: (row.team or "").casefold(),
    "spent": lambda row: row.key.spend,
    "used": lambda row: row.key.last_active_at or _EARLY,
    "expires": lambda row: row.key.expires_at or _LATE,
    "state": lambda row: _TONES.index(row.state.status.tone),
}
