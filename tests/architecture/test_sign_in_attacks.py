"""The page about attacks on the sign-in names tests that exist."""

import re

from tests.architecture.markdown_files import DOCS, ROOT, inline_code

PAGE = DOCS / "explanation" / "sign-in-attacks.md"
_FEWEST = 25


def test_each_test_on_the_page_exists() -> None:
    named = [text for text in inline_code(PAGE) if "::" in text]
    assert len(named) > _FEWEST
    for text in named:
        file, _, function = text.partition("::")
        source = (ROOT / "tests" / f"{file}.py").read_text()
        assert re.search(rf"^(async )?def {function}\(", source, re.MULTILINE), text


def test_the_page_lists_enough_attacks() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "::" in line]
    assert len(rows) >= _FEWEST
