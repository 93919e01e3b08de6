"""TOML, with its comments and layout kept. `tomlkit` is imported when a file needs it."""

from typing import Any

from keydesk.client.setup.formats import tree
from keydesk.client.setup.formats.tree import Unreadable
from keydesk.client.setup.plan import Location


def parsed(text: str) -> dict[str, Any]:
    return _document(text).unwrap()  # type: ignore[no-any-return] # tomlkit says Any for a dict


def with_value(text: str, path: Location, value: Any) -> str:
    document = _document(text)
    tree.put(document, path, value, _table)
    return str(document.as_string())


def without(text: str, path: Location) -> str:
    document = _document(text)
    tree.remove(document, path)
    return str(document.as_string())


def _document(text: str) -> Any:
    import tomlkit  # noqa: PLC0415 - slow to import
    from tomlkit.exceptions import ParseError  # noqa: PLC0415

    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise Unreadable(f"line {error.line} is not valid TOML") from None


def _table(rest: Location) -> Any:
    """Return a table. One that only contains other tables needs no heading."""
    import tomlkit  # noqa: PLC0415 - slow to import

    return tomlkit.table(is_super_table=len(rest) > 1)
