"""A folder for the configuration of each test."""

from pathlib import Path

import pytest

from tests.unit.settings.writing import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
