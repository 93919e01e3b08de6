"""docs/reference/api.md matches the OpenAPI document."""

from pathlib import Path

import pytest

from keydesk.app import API
from tests.api.reference.conftest import Document
from tests.api.reference.markdown import api_markdown

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"


def test_the_page_is_up_to_date(document: Document, pytestconfig: pytest.Config) -> None:
    text = api_markdown(document, API)
    if pytestconfig.getoption("--update"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text
