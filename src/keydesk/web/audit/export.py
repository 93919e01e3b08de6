"""The audit page's changes as files: JSON lines, and CSV for spreadsheets. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from keydesk.audit.reading import ChangeView
from keydesk.web.downloads import Cell, csv_text

_MEMBERS = tuple(ChangeView.model_fields)


def json_lines(logs: Iterable[ChangeView]) -> str:
    """One object a line, as GET /api/litellm/audit has them."""
    return "".join(f"{log.model_dump_json()}\n" for log in logs)


def changes_csv(logs: Iterable[ChangeView]) -> str:
    """A row a change; what was and what is are JSON in one cell each."""
    return csv_text(
        _MEMBERS, ([_cell(value) for value in log.model_dump(mode="json").values()] for log in logs)
    )


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return None if value is None else str(value)
