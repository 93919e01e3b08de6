"""The documentation is in plain English (CONTRIBUTING.md)."""

from pathlib import Path

import pytest

from tests.architecture.markdown_files import FILES, name_of
from tests.architecture.plain_english import old_phrases

GENERATED = ("docs/reference/api.md",)
PAGES = [file for file in FILES if name_of(file) not in GENERATED]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_uses_plain_english(page: Path) -> None:
    assert old_phrases(page.read_text()) == []


@pytest.mark.parametrize("text", ["Changes are refused at once.", "A key that works for\never", "Mend it"])
def test_a_phrase_of_the_old_voice_is_found(text: str) -> None:
    assert old_phrases(text) != []
