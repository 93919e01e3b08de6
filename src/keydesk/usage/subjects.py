"""Subjects of usage and their days. Pure."""

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
    """A user or a team by LiteLLM's id."""

    kind: SubjectKind
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FetchedDays:
    """LiteLLM's complete figures for all days of an interval. `days` are those with usage."""

    subject: Subject
    interval: Interval
    days: Sequence[ActivityDay] = field(repr=False)
    read_at: dt.datetime


@dataclass(frozen=True, slots=True)
class StoredDay:
    """A stored day. `cells` is None if they were not requested."""

    day: dt.date
    figures: DayFigures
    cells: DayCells | None


@dataclass(frozen=True, slots=True)
class StoredUsage:
    """Stored data of a subject. `covered` are all stored days; `days` are the requested ones with usage."""

    covered: Coverage
    names: NameLists
    days: Sequence[StoredDay]
    read_at: dt.datetime
    asked_on: dt.date


@dataclass(frozen=True, slots=True)
class UsageData:
    """Days with usage in ascending order, the names for their numbers, and their completeness."""

    names: Names
    days: Sequence[StoredDay]
    complete: bool
    as_of: dt.datetime
