"""Statements, their rows and names, and what is read of them. Amounts are in nano-dollars."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from keydesk.settings import Chargeback

Dimension = Literal["cost_center", "team", "person", "model", "key", "label"]
TeamDimension = Literal["model", "person", "key"]
Kind = Literal["person", "team", "key"]
State = Literal["open", "closed"]
StatementFormat = Literal["csv", "parquet", "focus"]
LogReason = Literal["no_logs", "fewer_logs", "more_logs"]


class Cell(NamedTuple):
    """Who spent with what on one day. Ids are empty for none."""

    user_id: str
    key_id: str
    team_id: str
    model: str


class Amounts(NamedTuple):
    """Spend is in nano-dollars."""

    spend: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: "Amounts") -> "Amounts":
        return Amounts(*(one - two for one, two in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class DayRead:
    """What LiteLLM reports for a day. `spend` is its own total, which the rows may not reach if `complete` is False."""

    day: dt.date
    read_at: dt.datetime
    cells: dict[Cell, Amounts]
    spend: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Named:
    """The last known name, cost center and labels of a person, team or key. `name` is None if it is not known."""

    kind: Kind
    id: str
    name: str | None
    cost_center: str | None = None
    labels: tuple[tuple[str, str], ...] = ()


class Rules(BaseModel):
    """The settings that determine the content of a statement. A closed statement keeps them."""

    model_config = ConfigDict(frozen=True)

    sources: tuple[str, ...]
    labels: tuple[str, ...] = ()
    unknown: str
    currency: str | None = None
    rate: Decimal | None = None
    provider: str
    issuer: str
    billing_account: str

    @property
    def label_order(self) -> tuple[str, ...]:
        """Return whose label decides: first the sources of cost centers, then the labels of keys and teams."""
        return (*self.sources, *(kind for kind in ("key", "team") if kind not in self.sources))

    @classmethod
    def of(cls, settings: Chargeback) -> Self:
        centers, currency, focus = settings.cost_centers, settings.display_currency, settings.focus
        return cls(
            sources=centers.sources,
            labels=settings.labels,
            unknown=centers.unknown,
            currency=currency.code if currency else None,
            rate=currency.rate if currency else None,
            provider=focus.provider,
            issuer=focus.issuer,
            billing_account=focus.billing_account,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month. `rules` and `frozen_at` are set when its rows stop changing, the rest when it is closed.

    Amounts are in nano-dollars; `corrections` is the part that belongs to earlier months.
    """

    month: str
    rules: Rules | None = None
    frozen_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    checksum: str | None = None
    row_count: int | None = None
    spend: int | None = None
    corrections: int | None = None
    requests: int | None = None

    @property
    def state(self) -> State:
        return "closed" if self.closed_at else "open"


@dataclass(frozen=True, slots=True)
class Part:
    """What to read of a statement: all of it, or the rows of one team."""

    statement: Statement
    rules: Rules
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Months:
    """A range of months. Both are included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """What to group a statement by, and the page of groups to read, from 1. `label` is the name of the label."""

    by: Dimension
    page: int = 1
    size: int = 100
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a statement with its names. `corrects` is the month of a correction's day, or None."""

    state: State
    rules: Rules
    month: str
    day: dt.date
    corrects: str | None
    cost_center: str
    cell: Cell
    person: str
    team: str
    key: str
    amounts: Amounts
    labels: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of one statement, in nano-dollars. `corrections` is the part that belongs to earlier months."""

    rows: int = 0
    spend: int = 0
    corrections: int = 0
    requests: int = 0
    without_person: int = 0
    without_key: int = 0
    without_cost_center: int = 0


@dataclass(frozen=True, slots=True)
class DaysRead:
    """How many days of a month were read from LiteLLM, and when the oldest of these figures was read."""

    count: int
    oldest_read_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """A day that was read. `spend` is LiteLLM's own total in nano-dollars, and `logged` the sum of its spend logs.

    `logged` is None if there are none, and `logged_at` if they were never read.
    """

    day: dt.date
    read_at: dt.datetime
    spend: int
    complete: bool
    logged: int | None
    logged_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DaySums:
    """The days of a month, oldest first. `later` is the part of their spend that is in later statements."""

    totals: list[DayTotal]
    later: int

    @property
    def gateway(self) -> int:
        return sum(day.spend for day in self.totals)

    @property
    def read(self) -> DaysRead:
        return DaysRead(len(self.totals), min((day.read_at for day in self.totals), default=None))


@dataclass(frozen=True, slots=True)
class Overview:
    """A statement in a list."""

    statement: Statement
    days: DaysRead
    sums: Sums
