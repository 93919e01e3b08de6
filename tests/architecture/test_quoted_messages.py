"""The messages and labels that the how-to guides quote are the texts in the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.pofile import read_po

from tests.architecture.markdown_files import DOCS, ROOT

_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
_QUOTED_IN_RECIPES = re.compile(r"^\| \*([^*]+\.)\* \|", re.MULTILINE)
_FIELD = re.compile(r"%\(\w+\)s|(?<!\$)\{\w+\}")
"""A place for a value in a text to translate."""
ANYTHING = "…"


def quoted() -> Iterator[str]:
    """Yield the first cells of tables that are messages."""
    yield from _ROW.findall((DOCS / "how-to" / "troubleshooting.md").read_text())
    for page in (DOCS / "how-to" / "sign-in").glob("*.md"):
        yield from _QUOTED_IN_RECIPES.findall(page.read_text())


@cache
def messages() -> str:
    """Return all texts in the code, one a line, with `…` for each value that is put in."""
    files = (ROOT / "src" / "keydesk").rglob("*.py")
    texts = {text for file in files for text in _texts(ast.parse(file.read_text()))}
    return "\n".join(sorted(texts))


def _texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_constant(part) for part in node.values)
        elif isinstance(node, ast.Constant):
            yield _constant(node)


def _constant(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _FIELD.sub(ANYTHING, node.value)
    return ANYTHING


def test_messages_are_quoted() -> None:
    assert len(set(quoted())) >= 40


@pytest.mark.parametrize("message", sorted(set(quoted())))
def test_a_quoted_message_is_in_the_code(message: str) -> None:
    assert message in messages()


def test_labels_in_the_guide_are_labels_of_the_portal() -> None:
    guide = (DOCS / "how-to" / "use-the-portal.md").read_text()
    labels = {text for text in re.findall(r"\*\*([^*]+)\*\*", guide) if not text.endswith(".")}
    with (ROOT / "src/keydesk/web/locale/en/LC_MESSAGES/keydesk.po").open("rb") as file:
        known = {message.id for message in read_po(file)}
    assert len(labels) > 10
    assert labels - known == set()
