"""Notices that SQLite's file is no longer the one this process has open. Mends nothing: that takes a restart.

SQLite itself goes on: on Unix, a file that was deleted or replaced is still there for whoever has it open. What
is written into it is lost, and a connection opened afterwards makes a new, empty file.
"""

from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

_log = structlog.get_logger(__name__)
_Identity = tuple[int, int]


class LostFileError(OperationalError):
    """One of STORAGE_FAILURES, so that everything that needs the database is refused."""

    def __init__(self) -> None:
        super().__init__(None, None, FileNotFoundError("the database file was deleted or replaced"))


class FileWatch:
    """`file` is None where there is nothing to watch, as for PostgreSQL."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: _Identity | None = None
        self._is_lost = False

    def opened(self) -> None:
        """Remember which file it is, once the first connection has made or found it."""
        if self._file is not None and self._known is None:
            self._known = _identity(self._file)

    def check(self) -> None:
        """Raises LostFileError. Costs one look at the file's name, a microsecond."""
        if self._file is None or self._known is None:
            return
        is_lost = _identity(self._file) != self._known
        if is_lost is not self._is_lost:
            self._is_lost = is_lost
            self._say()
        if is_lost:
            raise LostFileError

    def _say(self) -> None:
        if self._is_lost:
            said = "stop Keydesk, put the file or a backup of it back, start again (docs/how-to/backup.md)"
            _log.critical("database_file_lost", file=str(self._file), mend=said)
        else:
            _log.warning("database_file_back", file=str(self._file))


def _identity(file: Path) -> _Identity | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
