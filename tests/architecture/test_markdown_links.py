"""Every link in a Markdown file works, and every page is in the navigation of the documentation site."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.markdown_files import DOCS, FILES, PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_link_has_a_target_file_and_heading(file: Path) -> None:
    broken = [target for target in links(file) if not _exists(file, target)]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_of_the_site_links_only_to_files_of_the_site(page: Path) -> None:
    """`docs/` is all that the site publishes. Name other files by their path, as code."""
    outside = [target for target in links(page) if not _target(page, target).is_relative_to(DOCS)]
    assert outside == []


def test_the_navigation_lists_every_page_once() -> None:
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    assert sorted(_listed(navigation)) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


def _exists(file: Path, link: str) -> bool:
    target = _target(file, link)
    _, _, anchor = link.partition("#")
    return target.is_file() and (not anchor or anchor in anchors(target))


def _target(file: Path, link: str) -> Path:
    path, _, _ = link.partition("#")
    return (file.parent / path).resolve() if path else file


def _listed(navigation: list[dict[str, Any]]) -> list[str]:
    """Return the pages of a part of the navigation, whose entries are pages or parts by their titles."""
    entries = [entry for titled in navigation for entry in titled.values()]
    return [page for entry in entries for page in ([entry] if isinstance(entry, str) else _listed(entry))]
