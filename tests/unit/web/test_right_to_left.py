"""Style sheets follow the direction of the text, so that pages also work from right to left."""

import re
from pathlib import Path

import pytest

import keydesk.web

STATIC = Path(keydesk.web.__file__).parent / "static"
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right)\s*:|text-align:\s*(?:left|right)\b|float:\s*(?:left|right)|[;{\s](?:left|right):"
)


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_no_rule_names_left_or_right(sheet: Path) -> None:
    """Use `margin-inline-start`, `inset-inline-end` or `text-align: start` instead."""
    assert PHYSICAL.findall(sheet.read_text()) == []
