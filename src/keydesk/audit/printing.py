"""Prints entries as JSON lines, for `keydesk audit export` and for a SIEM that reads standard output."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from keydesk.audit.entries import Entry


def entry_line(entry: Entry) -> str:
    """Return all members of the entry as JSON, including the hashes. `at` is ISO 8601 in UTC."""
    return json.dumps(entry.members(), default=_plain, ensure_ascii=False)


def print_entries(entries: Iterable[Entry]) -> None:
    """Write the entries to standard output, in the order of the log."""
    text = "".join(entry_line(entry) + "\n" for entry in entries)
    sys.stdout.write(text)
    sys.stdout.flush()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")
