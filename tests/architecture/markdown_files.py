"""The project's Markdown files, their links and the anchors of their headings."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FILES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")), *PAGES]
_MARKDOWN = MarkdownIt().enable("table")


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def links(file: Path) -> Iterator[str]:
    """Return the targets of links and images, except those on other hosts."""
    for token in _tokens(file):
        target = str(token.attrs.get("href") or token.attrs.get("src") or "")
        if target and not re.match(r"[a-z]+:", target):
            yield target


def code_blocks(file: Path, language: str) -> list[str]:
    """Return the texts of the fenced code blocks in this language."""
    return [
        token.content for token in _parsed(file) if token.type == "fence" and token.info.strip() == language
    ]


def inline_code(file: Path) -> list[str]:
    """The texts that are set as code in a sentence or a table."""
    return [token.content for token in _tokens(file) if token.type == "code_inline"]


def anchors(file: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings."""
    titles = (inline for heading, inline in pairwise(_parsed(file)) if heading.type == "heading_open")
    seen: Counter[str] = Counter()
    found = set()
    for title in titles:
        text = "".join(part.content for part in title.children or ())
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def _tokens(file: Path) -> Iterator[Token]:
    for block in _parsed(file):
        yield from block.children or ()


@cache
def _parsed(file: Path) -> list[Token]:
    return _MARKDOWN.parse(file.read_text())
