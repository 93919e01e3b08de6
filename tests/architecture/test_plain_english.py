"""The documentation, the docstrings and the texts of the code are in plain English (CONTRIBUTING.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.markdown_files import FILES, name_of
from tests.architecture.plain_english import old_phrases

SOURCE = Path(__file__).parents[2] / "src"
MODULES = sorted(SOURCE.rglob("*.py"))


def texts_of(module: Path) -> Iterator[str]:
    """Yield the strings, docstrings and comments of a module."""
    source = module.read_text()
    yield from (line.partition("# ")[2] for line in source.splitlines() if "# " in line)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("page", FILES, ids=name_of)
def test_a_page_uses_plain_english(page: Path) -> None:
    assert old_phrases(page.read_text()) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(SOURCE)))
def test_a_module_uses_plain_english(module: Path) -> None:
    assert [phrase for text in texts_of(module) for phrase in old_phrases(text)] == []


@pytest.mark.parametrize("text", ["Changes are refused at once.", "A key that works for\never", "Mend it"])
def test_a_phrase_of_the_old_voice_is_found(text: str) -> None:
    assert old_phrases(text) != []
