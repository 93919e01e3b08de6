"""A file with one line, such as a key."""

from typing import Any

from keydesk.client.setup.formats.tree import MISSING
from keydesk.client.setup.plan import Location


def parsed(text: str) -> Any:
    return text.rstrip("\n") or MISSING


def with_value(_text: str, _path: Location, value: Any) -> str:
    return f"{value}\n"


def without(_text: str, _path: Location) -> str:
    return ""
