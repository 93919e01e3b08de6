"""What a page shows of a list: the rows of one page, the shown columns, and the options of the filters. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.state import SIZES, ListState

R = TypeVar("R")
_OPTIONS_FROM = 10
"""Filters and columns are offered for lists with more rows than this. All such rows fit on a screen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with its labels, the labels of its options and its chosen value, empty for none."""

    name: str
    label: str
    kind: str
    hint: str
    options: Mapping[str, str]
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView(Generic[R]):
    """`rows` are those of the page, `matching` counts those of all pages, `total` those without search and filters."""

    state: ListState
    rows: Sequence[R]
    matching: int
    total: int
    choices: Sequence[Choice] = ()

    @property
    def id(self) -> str:
        return f"{self.state.listing.name}-list"

    @property
    def pages(self) -> int:
        return -(-self.matching // self.state.size)

    @property
    def first(self) -> int:
        """Return the number of the first row of the page among all matching rows."""
        return self.state.skipped + 1

    @property
    def columns(self) -> list[tuple[Column[R], str]]:
        """Return the shown columns with their labels."""
        return [
            (each, _(each.label)) for each in self.state.listing.columns if each.name in self.state.columns
        ]

    @property
    def optional_columns(self) -> list[tuple[Column[R], str]]:
        return [(each, _(each.label)) for each in self.state.listing.columns if not each.fixed]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """Return all sorts with their labels, for screens without headings."""
        sortable = [(each.name, _(each.label)) for each in self.state.listing.columns if each.value]
        rising = [(name, _("%(column)s, ascending", column=label)) for name, label in sortable]
        return rising + [(f"-{name}", _("%(column)s, descending", column=label)) for name, label in sortable]

    @property
    def sizes(self) -> Sequence[int]:
        return SIZES

    @property
    def has_options(self) -> bool:
        """Return whether the list offers filters and columns: it is long, uses them already, or has no search."""
        state = self.state
        is_changed = bool(state.filters) or state.columns != state.listing.usual_columns
        return self.total > _OPTIONS_FROM or is_changed or state.listing.searched is None


def arranged(rows: Sequence[R], state: ListState) -> ListView[R]:
    """Search, filter and sort all rows of a list, and return one page. A page after the last one is the last one."""
    listing: Listing[R] = state.listing
    words = state.q.casefold().split()
    filters = [(each, state.filters[each.name]) for each in listing.filters if each.name in state.filters]
    fitting = [
        row
        for row in rows
        if all(each.matches(row, value) for each, value in filters) and _contains(row, words, listing)
    ]
    value_of = listing.value_of(state.column)
    if value_of is not None:
        fitting.sort(key=value_of, reverse=state.falling)
    state = state.within(len(fitting))
    return ListView(
        state=state,
        rows=fitting[state.skipped : state.skipped + state.size],
        matching=len(fitting),
        total=len(rows),
        choices=_choices(state, rows),
    )


def read_page(rows: Sequence[R], state: ListState, matching: int, total: int) -> ListView[R]:
    """Return the view of a page that a database has searched, filtered and sorted."""
    return ListView(state=state, rows=rows, matching=matching, total=total, choices=_choices(state, rows))


def _contains(row: R, words: Sequence[str], listing: Listing[R]) -> bool:
    if not words or listing.searched is None:
        return True
    text = listing.searched(row).casefold()
    return all(word in text for word in words)


def _choices(state: ListState, rows: Sequence[Any]) -> list[Choice]:
    return [choice_of(each, each.options(rows), state) for each in state.listing.filters]


def choice_of(each: Filter[Any], options: Mapping[str, str], state: ListState) -> Choice:
    """Return the view of a filter. A chosen value that no row has any longer stays an option."""
    chosen = state.filters.get(each.name, "")
    kept = {chosen: chosen} if chosen and chosen not in options else {}
    hint = _(each.hint) if each.hint else ""
    return Choice(each.name, _(each.label), each.kind, hint, {**options, **kept}, chosen)
