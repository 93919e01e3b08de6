"""Shows what a set-up changes as a unified diff. Secrets are hidden, also those of other services. Pure."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from keydesk.client.setup.changing import FileChange
from keydesk.client.setup.plan import FileEdit, Item
from keydesk.client.setup.target import Content

HIDDEN = "(hidden)"
_CONTEXT = 2
_VALUE = re.compile(
    r"""(?P<name>[\w.-]+)["']?\s*[:=]\s*(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,"'{}\[\]#][^\s,]*)"""
)
_SECRET_NAME = re.compile(r"key|token|secret|passw|credential|auth", re.IGNORECASE)
_HARMLESS = re.compile(r"true|false|null|\d{0,9}")
_LAYOUT = re.compile(r"""\s*(?:"[\w-]+"\s*:\s*)?[{}\[\],]*\s*""")
_SECRET_VALUE = re.compile(r"\b(?:sk|kda|kdr|pk|gh[a-z]|github|glpat|xox[a-z]|AIza|eyJ)[-_.\w]{12,}")


def difference(change: FileChange, shown: Collection[str]) -> Iterator[str]:
    """Yield the lines. `shown` are values that are no secrets, whatever their names are."""
    is_private = change.receipt is not None and change.receipt.is_private
    before, after = (
        [_masked(line, shown, is_private) for line in _lines(content)]
        for content in (change.current, change.after)
    )
    if before == after and change.current and change.after:
        is_same = change.current.content == change.after.content
        after = [*after, "(only you can read it)" if is_same else "(a secret is replaced)"]
    old, new = (
        "/dev/null" if content is None else str(change.path) for content in (change.current, change.after)
    )
    yield from difflib.unified_diff(before, after, old, new, n=_CONTEXT, lineterm="")


def plain_values(edits: Iterable[FileEdit]) -> set[str]:
    """Return the texts in the changes that are no secrets."""
    changes = [change for edit in edits for change in edit.changes]
    items = [part.value for change in changes for part in change.path if isinstance(part, Item)]
    return {*items, *_texts([change.value for change in changes if not change.is_secret])}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _lines(content: Content | None) -> list[str]:
    return [] if content is None else content.content.decode(errors="replace").splitlines()


def _masked(line: str, shown: Collection[str], is_private: bool) -> str:
    def replaced(found: re.Match[str]) -> str:
        value = found["value"].strip().strip("\"'").replace("\\\\", "\\")
        is_known = value in shown or _HARMLESS.fullmatch(value)
        if is_known or not (is_private or _SECRET_NAME.search(found["name"])):
            return found[0]
        return found[0][: found.start("value") - found.start()] + HIDDEN

    if is_private and not _VALUE.search(line) and not _LAYOUT.fullmatch(line):
        return HIDDEN
    return _SECRET_VALUE.sub(HIDDEN, _VALUE.sub(replaced, line))
