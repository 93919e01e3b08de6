"""Every configuration in the documentation is accepted as it is printed there."""

import re
from pathlib import Path

import pytest

from keydesk.settings.loading import load_configuration
from tests.architecture.markdown_files import FILES, ROOT, code_blocks, name_of

COMPLETE = ROOT / "docs" / "examples" / "keydesk.yaml"
"""The base for partial configurations."""
BACKSTAGE = {
    "KEYDESK_IDENTITY__BACKSTAGE__BASE_URL": "http://backstage:7007",
    "KEYDESK_DIRECTORY__BACKSTAGE__BASE_URL": "http://backstage:7007",
    "KEYDESK_DIRECTORY__BACKSTAGE__TOKEN": "example",
}
"""The settings that the pages require with Backstage."""
BLOCKS = [
    pytest.param(block, id=f"{name_of(file)} {number}")
    for file in FILES
    for number, block in enumerate(code_blocks(file, "yaml"), start=1)
    if not block.startswith("people:")  # a people file, which tests/api/sign_in/test_recipes.py reads
]


def test_the_documentation_has_configurations() -> None:
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize("block", BLOCKS)
def test_a_configuration_is_accepted(block: str, tmp_path: Path) -> None:
    file = tmp_path / "keydesk.yaml"
    file.write_text(block)
    files = [file] if "masterKey" in block else [COMPLETE, file]
    text = "".join(each.read_text() for each in files)
    environ = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "an-example-of-at-least-32-characters")
    configuration = load_configuration(files, environ=environ | (BACKSTAGE if "backstage:" in block else {}))
    assert configuration.warnings == []
