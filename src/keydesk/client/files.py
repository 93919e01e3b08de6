"""Files of the command line: written whole or not at all, readable by their owner only, and locks."""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

from keydesk.client.errors import ClientError

_OTHERS, _PRIVATE = 0o077, 0o600
_REPLACE_TRIES, _PAUSE_SECONDS = 20, 0.05


def write_private(path: Path, text: str) -> None:
    """Replace the file with one that only its owner can read. Raises ClientError."""
    write_whole(path, text.encode(), _PRIVATE)


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Replace the file in one step, so that nobody reads a part of it. Raises ClientError."""
    try:
        make_private_folder(path.parent)
        descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # has the mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if mode != _PRIVATE:
                Path(name).chmod(mode)
            _rename(Path(name), path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ClientError(f"{path} cannot be written: {error.strerror}.") from None


def _rename(new: Path, path: Path) -> None:
    """Rename a file. Windows refuses this while another program reads the old one, so it is tried for a second."""
    for _ in range(_REPLACE_TRIES if sys.platform == "win32" else 0):
        try:
            new.replace(path)
        except PermissionError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    new.replace(path)


def read_private(path: Path) -> str | None:
    """Return the content, or None without the file. Raises ClientError if others can read it."""
    try:
        if sys.platform != "win32" and path.stat().st_mode & _OTHERS:
            raise ClientError(f"Other people can read {path}. Run: chmod 600 '{path}'")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError):
        raise ClientError(f"{path} cannot be read.") from None


def make_private_folder(folder: Path) -> None:
    """Create the folder, and the missing ones above it, so that only the person can read them."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file, and wait for other processes that hold it. The system ends it with them.

    Raises ClientError if the file cannot be created.
    """
    try:
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE)
    except OSError as error:
        raise ClientError(f"{path} cannot be written: {error.strerror}.") from None
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)  # releases the lock


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Wait for the lock. One call of Windows waits for ten seconds only."""
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    raise
            else:
                return

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
