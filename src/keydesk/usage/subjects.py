"""Whose usage it is, and what is known of it. Pure shapes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from keydesk.litellm import ActivityDay
from keydesk.usage.coverage import Coverage, Interval
from keydesk.usage.figures import DayCells, DayFigures
from keydesk.usage.names import NameLists, Names

SubjectKind = Literal["user", "team"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a team, by LiteLLM's id."""

    kind: SubjectKind
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What LiteLLM told of all days of the interval, whole; `days` are those with use."""

    subject: Subject
    interval: Interval
    days: Sequence[ActivityDay] = field(repr=False)
    read_at: dt.datetime


@dataclass(frozen=True, slots=True)
class KeptDay:
    """`cells` is None where nobody asked for them."""

    day: dt.date
    figures: DayFigures
    cells: DayCells | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a subject. `covered` tells all days that are known, `days` those asked for that have use."""

    covered: Coverage
    names: NameLists
    days: Sequence[KeptDay]
    read_at: dt.datetime
    asked_on: dt.date


@dataclass(frozen=True, slots=True)
class Cube:
    """Days in ascending order, those with use only; what the numbers in them mean; how honest they are."""

    names: Names
    days: Sequence[KeptDay]
    complete: bool
    as_of: dt.datetime
