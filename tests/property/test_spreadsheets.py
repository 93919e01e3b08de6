# ruff: noqa: RUF001 - full-width signs are what is tested
"""CSV files as spreadsheets of different countries read them: no text is a formula in any of them."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keydesk.usage.csv_file import csv_escape
from keydesk.web.downloads import csv_text

SEPARATORS = ",;\t|"
SIGNS = "=+-@"
LINE_ENDS = "\t\r\n\v\f\x85\u2028\u2029"
PIECES = [
    *SIGNS,
    "＝",
    "＋",
    "－",
    "＠",
    "﹦",
    *SEPARATORS,
    *LINE_ENDS,
    '"',
    "'",
    " ",
    "\xa0",
    "\ufeff",
    "a",
    "1",
]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20)


def is_formula(cell: str) -> bool:
    """Return whether a spreadsheet that drops spaces and quotes would evaluate this cell."""
    begins = cell.lstrip().lstrip('" \xa0\xad\ufeff\u200b').lstrip()[:1]
    return unicodedata.normalize("NFKC", begins)[:1] in tuple(SIGNS)


def cells(content: str, separator: str) -> list[str]:
    """Return every cell, and every line of one: some spreadsheets begin a new row at each line end."""
    read = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    return [line for row in read for cell in row for line in cell.splitlines()]


@pytest.mark.parametrize("separator", SEPARATORS)
@given(row=st.lists(texts, min_size=1, max_size=3))
@example(row=["a;=1+1"])
@example(row=["a\t@SUM(A1)"])
@example(row=["a|-1"])
@example(row=["a\n=1"])
@example(row=["x", 'a;"=1+1"'])
@example(row=["a; ＝1"])
def test_no_text_becomes_a_formula(separator: str, row: list[str]) -> None:
    content = csv_text(["name"] * len(row), [row])
    assert [cell for cell in cells(content, separator) if is_formula(cell)] == []


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1", "'=1"),
        ("a;=1", "a;'=1"),
        ("a;b;+1", "a;b;'+1"),
        ("a\t@x", "a\t'@x"),
        ("a|-1", "a|'-1"),
        ("a\n=1", "a\n'=1"),
        ("a;  =1", "a;'  =1"),
        ("a;＝1", "a;'＝1"),
        ("－1", "'－1"),
        ("\ta", "'\ta"),
        ("a=1; b=2", "a=1; b=2"),
        ("gpt-4o|mini", "gpt-4o|mini"),
        ("jane@example.com", "jane@example.com"),
        ("", ""),
    ],
)
def test_only_text_that_would_begin_a_formula_gets_an_apostrophe(typed: str, written: str) -> None:
    assert csv_escape(typed) == written


@given(text=texts)
def test_no_part_of_a_text_is_lost(text: str) -> None:
    assert str(csv_escape(text)).replace("'", "") == text.replace("'", "")
