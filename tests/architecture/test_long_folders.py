"""The Makefile lists the folders in which all tests are long, so that `make test` and `make long` leave none out."""

import re
from pathlib import Path

from tests.conftest import LONG_FOLDERS

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_the_makefile_lists_the_folders_of_the_long_tests() -> None:
    listed = re.search(r"^LONG := (.+)$", MAKEFILE.read_text(), re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split()) == {f"tests/{folder}" for folder in LONG_FOLDERS}
