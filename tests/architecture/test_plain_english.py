"""The documentation, and the docstrings, texts and names of the code are in plain English (CONTRIBUTING.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.markdown_files import FILES, name_of
from tests.architecture.plain_english import old_phrases

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "benchmarks", "tools")
QUOTES_THE_OLD_VOICE = {Path(__file__), Path(__file__).with_name("plain_english.py")}
MODULES = sorted(
    path
    for folder in FOLDERS
    for path in (REPOSITORY / folder).rglob("*.py")
    if "node_modules" not in path.parts and path not in QUOTES_THE_OLD_VOICE
)


def texts_of(module: Path) -> Iterator[str]:
    """Yield the strings, docstrings, comments and function names of a module."""
    source = module.read_text()
    yield from (line.partition("# ")[2] for line in source.splitlines() if "# " in line)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name.replace("_", " ")


@pytest.mark.parametrize("page", FILES, ids=name_of)
def test_a_page_uses_plain_english(page: Path) -> None:
    assert old_phrases(page.read_text()) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(REPOSITORY)))
def test_a_module_uses_plain_english(module: Path) -> None:
    assert [phrase for text in texts_of(module) for phrase in old_phrases(text)] == []


@pytest.mark.parametrize("text", ["Changes are refused at once.", "A key that works for\never", "Mend it"])
def test_a_phrase_of_the_old_voice_is_found(text: str) -> None:
    assert old_phrases(text) != []
