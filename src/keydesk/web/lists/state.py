"""The state of a list: search, filters, sort, columns and page. The query of its URL holds all of it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from keydesk.web.lists.listing import Column, Listing

SIZES = (25, 50, 100)
"""The offered numbers of rows on a page."""
USUAL_SIZE = 50
MAX_SEARCH = 100
_MAX_VALUE = 255
_MAX_PAGE = 1_000_000
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """`filters` holds only filters that are set. `kept` are the parameters of another list on the page."""

    listing: Listing[Any]
    path: str
    q: str
    filters: Mapping[str, str]
    sort: str
    columns: tuple[str, ...]
    size: int = USUAL_SIZE
    page: int = 1
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def column(self) -> str:
        """Return the column of the sort."""
        return self.sort.removeprefix("-")

    @property
    def falling(self) -> bool:
        return self.sort.startswith("-")

    @property
    def skipped(self) -> int:
        """Return the number of rows before the page."""
        return (self.page - 1) * self.size

    def within(self, matching: int) -> "ListState":
        """Return the state for this number of matching rows. A page after the last one is the last one."""
        return replace(self, page=min(self.page, max(1, -(-matching // self.size))))

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.filters)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that differ from the usual state."""
        listing = self.listing
        changed = [("q", self.q), *self.filters.items()]
        changed += [("sort", self.sort)] if self.sort != listing.sort else []
        changed += [("rows", str(self.size))] if self.size != USUAL_SIZE else []
        changed += [("page", str(self.page))] if self.page > 1 else []
        if self.columns != listing.usual_columns:
            changed += [("col", name) for name in self.columns]
        return tuple((listing.prefix + name, value) for name, value in changed if value)

    def address(self, **changes: Any) -> str:
        """Return the URL of the list with changes. Without `page` in them, it leads to the first page."""
        return _url(replace(self, **{"page": 1, **changes}))

    @property
    def here(self) -> str:
        """Return the URL of the list as it is."""
        return _url(self)

    @property
    def cleared(self) -> str:
        """Return the URL of the list without search and filters."""
        return self.address(q="", filters={})

    def after(self, path: str) -> str:
        """Return the URL of a form that leads back to this list as it is. `path` may have a query."""
        return (
            path
            if self.here == self.path
            else f"{path}{'&' if '?' in path else '?'}{urlencode({'next': self.here})}"
        )

    def sorted_by(self, column: Column[Any]) -> str:
        """Return the URL after a click on the heading of a column."""
        falling = not self.falling if column.name == self.column else column.falls_first
        return self.address(sort=f"-{column.name}" if falling else column.name)

    def aria_sort(self, column: Column[Any]) -> str:
        if column.name != self.column:
            return "none"
        return "descending" if self.falling else "ascending"


def state_of(
    listing: Listing[Any], path: str, query: QueryParams, kept: tuple[tuple[str, str], ...] = ()
) -> ListState:
    """Parse the query of a URL. Parameters and values that do not exist count as absent."""

    def text(name: str, longest: int = _MAX_VALUE) -> str:
        value = query.get(listing.prefix + name, "").strip()[:longest]
        return value if value.isprintable() else ""

    sort, size = text("sort"), text("rows")
    chosen = {*query.getlist(listing.prefix + "col")}
    columns = tuple(each.name for each in listing.columns if each.fixed or each.name in chosen)
    return ListState(
        listing=listing,
        path=path,
        q=text("q", MAX_SEARCH) if listing.searched else "",
        filters={each.name: value for each in listing.filters if (value := text(each.name))},
        sort=sort if listing.value_of(sort.removeprefix("-")) else listing.sort,
        columns=columns if chosen else listing.usual_columns,
        size=int(size) if size in map(str, SIZES) else USUAL_SIZE,
        page=_page(text("page")),
        kept=kept,
    )


def _page(text: str) -> int:
    return min(int(text), _MAX_PAGE) if _PAGE_NUMBER.fullmatch(text) else 1


def _url(state: ListState) -> str:
    query = urlencode([*state.query, *state.kept])
    return f"{state.path}?{query}" if query else state.path
