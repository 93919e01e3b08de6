"""A file of a tool on this machine: read with its permissions, and replaced as a whole."""

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from keydesk.client.errors import ClientError
from keydesk.client.files import write_whole

_PRIVATE, _WRITABLE, _BITS = 0o600, 0o200, 0o777


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a file and its permissions."""

    content: bytes = field(repr=False)
    mode: int


def read(path: Path) -> Content | None:
    """Return the content, or None without a file. Links are followed. Raises ClientError."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ClientError(f"{path} is not a file. Nothing was changed.")
        return Content(path.read_bytes(), found.st_mode & _BITS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ClientError(f"{path} cannot be read: {error.strerror}.") from None


def check_writable(path: Path, current: Content | None) -> None:
    """Raise ClientError for a file that its owner made read-only: replacing it would ignore that."""
    if current is not None and not current.mode & _WRITABLE:
        raise ClientError(f"{path} is read-only. Nothing was changed.")


def write(path: Path, content: Content | None) -> None:
    """Replace the file that a path leads to, or delete it. A link stays a link. Raises ClientError."""
    real = Path(os.path.realpath(path))
    if content is not None:
        write_whole(real, content.content, content.mode)
        return
    try:
        real.unlink(missing_ok=True)
    except OSError as error:
        raise ClientError(f"{path} cannot be deleted: {error.strerror}.") from None


def missing_folders(path: Path) -> tuple[Path, ...]:
    """Return the folders of a file that do not exist, the deepest first."""
    return tuple(folder for folder in Path(os.path.realpath(path)).parents if not folder.exists())


def private(mode: int) -> int:
    """Return the permissions without those of other people. On Windows, a folder of the person has them instead."""
    return mode if sys.platform == "win32" else mode & ~0o077
