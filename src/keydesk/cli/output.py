"""How commands for people print tables and JSON."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from keydesk.cli.printable import console, printable

_WIDTH_OF_PIPES = 10_000
AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def print_json(content: Any) -> None:
    """Print JSON on one line, as the API answered it."""
    console().print(json.dumps(content))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table. Nothing is cut: narrow terminals fold cells, and in a pipe each row is one line."""
    out = Console(markup=False, highlight=False)
    if not out.is_terminal:
        out.width = _WIDTH_OF_PIPES
    table = Table(*(Column(title, overflow="fold") for title in titles), box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*map(printable, row))
    out.print(table)


def print_found(
    found: Sequence[Any], titles: Sequence[str], row: Callable[[Any], Sequence[str]], *, as_json: bool
) -> None:
    """Print what the API found as JSON or as a table."""
    if as_json:
        print_json(found)
    else:
        print_table(titles, map(row, found))


def usd(amount: float | None) -> str:
    """Return an amount in US dollars; `no limit` for a budget without one."""
    return "no limit" if amount is None else f"${amount:,.2f}"


def moment(text: str | None) -> str:
    """Return a time of the API to the minute; `never` without one."""
    return text[:16].replace("T", " ") if text else "never"
