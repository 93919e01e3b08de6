"""Checks that the files which the settings name can be read."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from keydesk.settings.people_file import PeopleFileError, read_people_file

_FILES_OF_POSTGRESQL = {"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"}
_NOT_A_FILE = {"", "system"}


def unreadable_files(settings: Any) -> list[str]:
    """Return a line for each file in `database.url` that cannot be read. `settings` can be partial."""
    faults = []
    with suppress(AttributeError, ValueError):
        for name, value in parse_qsl(urlsplit(settings.database.url.get_secret_value()).query):
            if name in _FILES_OF_POSTGRESQL and value not in _NOT_A_FILE and (why := _why_unreadable(value)):
                faults.append(f"database.url: the file of {name} cannot be read ({why})")
    return faults


def _why_unreadable(file: str) -> str | None:
    try:
        Path(file).open("rb").close()
    except OSError as error:
        return error.strerror or "not a file"
    return None


def people_file_faults(settings: Any) -> list[str]:
    """Return a line for each mistake in the people file. `settings` can be partial."""
    with suppress(AttributeError):
        if settings.directory.people_file is not None:
            try:
                read_people_file(settings.directory.people_file)
            except PeopleFileError as error:
                return error.faults
    return []
