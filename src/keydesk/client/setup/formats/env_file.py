"""Files with a variable per line, such as `.env`."""

import json
import re
from typing import Any

from keydesk.client.setup.formats.tree import Unreadable
from keydesk.client.setup.plan import Location

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.-]*)\s*=\s*(?P<value>.*?)\s*")
_PLAIN = re.compile(r"[\w./:@%+,-]*")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<text>.*)(?P=quote)\s*(?:#.*)?""")
_QUOTES = {'"', "'"}


def parsed(text: str) -> dict[str, str]:
    """Return the variables. Raises Unreadable for a line that is something else."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        matched = _LINE.fullmatch(line)
        if matched is None:
            raise Unreadable(f"line {number} is no variable")
        found[matched["name"]] = _unquoted(matched["value"], number)
    return found


def with_value(text: str, path: Location, value: Any) -> str:
    (name,) = path
    line = f"{name}={value if _PLAIN.fullmatch(value) else json.dumps(value)}"
    lines = text.splitlines()
    places = [number for number, each in enumerate(lines) if _name(each) == name]
    if places:
        lines[places[-1]] = line
    else:
        lines.append(line)
    return "\n".join(lines) + "\n"


def without(text: str, path: Location) -> str:
    (name,) = path
    return "".join(line for line in text.splitlines(keepends=True) if _name(line.rstrip("\n")) != name)


def _name(line: str) -> str | None:
    matched = _LINE.fullmatch(line)
    return matched["name"] if matched else None


def _unquoted(value: str, number: int) -> str:
    if value[:1] not in _QUOTES:
        return value.partition(" #")[0].rstrip()
    matched = _QUOTED.fullmatch(value)
    if matched is None:
        raise Unreadable(f"a value begins in line {number} and does not end there")
    return matched["text"]
