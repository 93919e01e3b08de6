"""What a set-up or its undoing does to each file: the content before and after, prepared first and then written.

Nothing is written before everything is prepared, so a file that cannot be parsed stops the command in time.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.client.errors import ClientError
from keydesk.client.setup.formats.formats import FORMATS, Format
from keydesk.client.setup.formats.tree import MISSING, Unreadable, value_at
from keydesk.client.setup.plan import Change, FileEdit
from keydesk.client.setup.receipts import FileReceipt, Receipt, Written, digest_of, digest_of_value
from keydesk.client.setup.target import Content, check_writable, missing_folders, private, read, write

_USUAL_MODE, _PRIVATE_MODE = 0o644, 0o600
_EMPTY = {"", "{}", "[]"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """`left` are values that somebody changed since the set-up, so they stay."""

    path: Path
    current: Content | None = field(repr=False)
    after: Content | None = field(repr=False)
    left: tuple[str, ...] = ()
    receipt: FileReceipt | None = field(default=None, repr=False)
    """That of the change, or the one that is undone."""

    @property
    def is_change(self) -> bool:
        return self.current != self.after


def prepare(edits: Iterable[FileEdit], receipt: Receipt | None) -> list[FileChange]:
    """Return what a set-up changes. Values of the previous set-up are taken back first. Raises ClientError."""
    changes = []
    for edit in edits:
        with _named(edit.path):
            changes.append(_edited(edit, receipt.of(edit.path) if receipt else None))
    kept = {change.path for change in changes}
    return changes + [undone(file) for file in (receipt.files if receipt else ()) if file.path not in kept]


def undone(file: FileReceipt) -> FileChange:
    """Return how a file becomes what it was before its set-up. Raises ClientError."""
    current = read(file.path)
    check_writable(file.path, current)
    with _named(file.path):
        before, left = _before(file, current)
    return FileChange(file.path, current, before, left, file)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file in errors of its format."""
    try:
        yield
    except Unreadable as unreadable:
        raise ClientError(f"{path} cannot be changed: {unreadable}. Nothing was changed.") from None


def apply(changes: Sequence[FileChange]) -> None:
    """Write all files. If one fails, the ones before get their content back. Raises ClientError."""
    done: list[FileChange] = []
    try:
        for change in changes:
            _check_unchanged(change)
            if change.is_change:
                done.append(change)
                write(change.path, change.after)
    except ClientError:
        for change in reversed(done):
            write(change.path, change.current)
        raise
    for change in done:
        if change.after is None and change.receipt is not None:
            _remove_empty(change.receipt.folders)


def _check_unchanged(change: FileChange) -> None:
    if read(change.path) != change.current:
        raise ClientError(f"{change.path} was changed meanwhile. Run the command again.")


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove the folders that the set-up made, unless something else is in them now."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _edited(edit: FileEdit, earlier: FileReceipt | None) -> FileChange:
    current = read(edit.path)
    check_writable(edit.path, current)
    if earlier and current and _is_set_up(edit, earlier, current):
        mode = private(current.mode) if edit.is_private else current.mode
        return FileChange(edit.path, current, Content(current.content, mode), receipt=earlier)
    before = _before(earlier, current)[0] if earlier else current
    text = _text(edit.path, before)
    plain = text.replace("\r\n", "\n")
    values, after = FORMATS[edit.format].parsed(plain), plain
    for change in edit.changes:
        after = FORMATS[edit.format].changed(after, change)
    mode = before.mode if before else (_PRIVATE_MODE if edit.is_private else _USUAL_MODE)
    new = Content(
        (after if plain == text else after.replace("\n", "\r\n")).encode(),
        private(mode) if edit.is_private else mode,
    )
    receipt = FileReceipt(
        path=edit.path,
        format=edit.format,
        before=before.content if before else None,
        mode=before.mode if before else None,
        after=digest_of(new.content),
        written=tuple(_written(edit.changes, values)),
        folders=earlier.folders if earlier else missing_folders(edit.path),
        is_private=edit.is_private,
    )
    return FileChange(edit.path, current, new, receipt=receipt)


def _written(changes: Iterable[Change], before: Any) -> Iterator[Written]:
    """Yield what the changes write, without the values that are there already."""
    for change in changes:
        value = value_at(before, change.path)
        if value is MISSING or not (change.is_default or value == change.value):
            yield Written(change.path, digest_of_value(change.value))


def _is_set_up(edit: FileEdit, earlier: FileReceipt, current: Content) -> bool:
    """Return whether the file still has everything that the set-up would write, and nothing that it would not."""
    values = FORMATS[edit.format].parsed(_text(edit.path, current))
    wanted = {change.path for change in edit.changes}
    return all(written.path in wanted for written in earlier.written) and all(
        change.is_default or value_at(values, change.path) == change.value for change in edit.changes
    )


def _before(file: FileReceipt, current: Content | None) -> tuple[Content | None, tuple[str, ...]]:
    """Return the content without the set-up, and the values that stay because somebody changed them."""
    if current is None:
        return None, ()
    mode = file.mode if file.mode is not None and current.mode == private(file.mode) else current.mode
    if digest_of(current.content) == file.after:
        return (None if file.before is None else Content(file.before, mode)), ()
    text, left = _taken_back(file, FORMATS[file.format], _text(file.path, current))
    if file.before is None and text.strip() in _EMPTY:
        return None, left
    return Content(text.encode(), mode), left


def _taken_back(file: FileReceipt, form: Format, text: str) -> tuple[str, tuple[str, ...]]:
    """Return a changed text without what the set-up wrote, and the names of values that were changed since."""
    plain, left = text.replace("\r\n", "\n"), []
    original = "" if file.before is None else file.before.decode().replace("\r\n", "\n")
    before = form.parsed(original)
    for written in reversed(file.written):
        value = value_at(form.parsed(plain), written.path)
        if value is MISSING:
            continue
        if digest_of_value(value) != written.digest:
            left.append(".".join(part if isinstance(part, str) else part.value for part in written.path))
            continue
        plain = form.restored(plain, written.path, before)
    return plain.replace("\n", "\r\n") if "\r\n" in text else plain, tuple(left)


def _text(path: Path, content: Content | None) -> str:
    try:
        return content.content.decode() if content else ""
    except UnicodeDecodeError:
        raise ClientError(f"{path} is not text in UTF-8. Nothing was changed.") from None
