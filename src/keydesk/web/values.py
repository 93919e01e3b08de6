"""Formats JSON values for pages. Pure."""

import json
from typing import Any

from keydesk.web.language import gettext as _


def value_text(value: Any) -> str:
    """Return strings unchanged, lists as their entries, anything else as JSON."""
    if isinstance(value, str):
        return value or _("(empty)")
    if value is None:
        return _("(none)")
    if isinstance(value, list | tuple):
        return ", ".join(map(value_text, value)) or _("(empty)")
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
