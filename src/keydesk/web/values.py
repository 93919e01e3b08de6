"""Writes JSON values for people. Pure."""

import json
from typing import Any


def value_text(value: Any) -> str:
    """Texts as they are, a list as its entries, anything else as JSON."""
    if isinstance(value, str):
        return value or "(empty)"
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(value_text, value)) or "(empty)"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
