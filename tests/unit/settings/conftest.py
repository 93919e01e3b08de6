"""A folder for each test to write its configuration in."""

from pathlib import Path

import pytest

from tests.unit.settings.writing import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
