"""The state of a list in the query of its URL."""

from functools import cache
from urllib.parse import urlsplit

import pytest
from starlette.datastructures import QueryParams

from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.state import ListState, state_of
from keydesk.web.lists.view import ListView, arranged


@cache
def listing(prefix: str = "") -> Listing[int]:
    """A list of numbers, the largest first, with a filter for odd and even ones."""
    return Listing(
        name="number",
        columns=(
            Column("value", "Value", lambda row: row, fixed=True),
            Column("last", "Last digit", lambda row: row % 10),
            Column("length", "Length", usual=False),
        ),
        sort="-value",
        filters=(
            Filter(
                "kind",
                "Kind",
                lambda _: {"odd": "Odd", "even": "Even"},
                lambda row, kind: (kind == "odd") == row % 2,
            ),
        ),
        searched=str,
        prefix=prefix,
    )


def state(query: str = "", prefix: str = "") -> ListState:
    return state_of(listing(prefix), "/numbers", QueryParams(query))


def shown(query: str, count: int = 120) -> ListView[int]:
    return arranged(range(count), state(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=1+2%26&kind=odd&sort=last&rows=25&page=3",
        "sort=value&col=value",
        "col=value&col=last&col=length",
        "q=%C3%A4%E2%82%AC&page=2",
    ],
)
def test_the_address_of_a_list_holds_its_whole_state(query: str) -> None:
    first = state(query)
    assert state(urlsplit(first.here).query) == first
    assert first.here.removeprefix("/numbers").removeprefix("?") == query


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=%C2%B2", "page=", "page=9999999999", "rows=7", "rows=x", "sort=length",
        "sort=-", "sort=x", "q=%00", "kind=a%00", "col=x", "other=1",
    ],
)  # fmt: skip
def test_values_that_do_not_exist_count_as_absent(query: str) -> None:
    found = state(query)
    assert (found.page, found.size, found.sort, found.q, found.filters) == (1, 50, "-value", "", {})
    assert {*found.columns} <= {"value", "last"}


def test_a_change_leads_to_the_first_page_and_keeps_the_rest() -> None:
    before = state("q=1&kind=odd&sort=last&rows=25&page=3&col=value")
    assert before.address(page=4) == "/numbers?q=1&kind=odd&sort=last&rows=25&page=4&col=value"
    assert before.address(sort="value") == "/numbers?q=1&kind=odd&sort=value&rows=25&col=value"
    assert before.cleared == "/numbers?sort=last&rows=25&col=value"


def test_a_form_leads_back_to_the_list_as_it_is() -> None:
    assert state().after("/numbers/7/edit") == "/numbers/7/edit"
    assert (
        state("q=a&page=2").after("/numbers/7/edit") == "/numbers/7/edit?next=%2Fnumbers%3Fq%3Da%26page%3D2"
    )


def test_two_lists_of_a_page_keep_the_state_of_each_other() -> None:
    query = QueryParams("q=1&big-q=2&big-page=3")
    small, big = state_of(listing(), "/numbers", query), state_of(listing("big-"), "/numbers", query)
    assert (small.q, big.q, big.page) == ("1", "2", 3)
    again = state_of(listing(), "/numbers", query, kept=big.query)
    assert again.address(q="7") == "/numbers?q=7&big-q=2&big-page=3"


def test_pages_have_all_rows_once() -> None:
    pages = [shown(f"rows=25&page={number}") for number in range(1, 6)]
    assert [row for page in pages for row in page.rows] == [*reversed(range(120))]
    assert [(page.first, len(page.rows)) for page in pages] == [
        (1, 25),
        (26, 25),
        (51, 25),
        (76, 25),
        (101, 20),
    ]
    assert {(page.pages, page.matching, page.total) for page in pages} == {(5, 120, 120)}


def test_a_page_after_the_last_one_is_the_last_one() -> None:
    """The rows of the last page may have been deleted."""
    last = shown("rows=25&page=99")
    assert (last.state.page, [*last.rows]) == (5, [*reversed(range(20))])
    nothing = shown("q=nothing&page=2")
    assert (nothing.state.page, nothing.pages, nothing.rows) == (1, 0, [])


def test_search_filter_and_sort_apply_to_all_rows_before_the_page_is_cut() -> None:
    found = shown("kind=odd&sort=last&rows=25&page=2")
    assert (found.matching, found.total) == (60, 120)
    assert found.rows[0] % 10 == 5
    assert [row % 10 for row in found.rows] == sorted(row % 10 for row in found.rows)


def test_equal_values_keep_the_order_of_the_rows_in_both_directions() -> None:
    for sort in ("last", "-last"):
        ends = [row for row in shown(f"sort={sort}").rows if row % 10 == 5]
        assert ends == sorted(ends)


def test_options_are_offered_for_long_lists_and_where_they_are_in_use() -> None:
    assert not shown("", count=10).has_options
    assert shown("", count=11).has_options
    assert shown("kind=odd", count=3).has_options
    assert shown("col=value", count=3).has_options
