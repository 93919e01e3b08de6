"""The database of a Keydesk under test: SQLite in a folder, or a PostgreSQL server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.peers.postgres import given_server, new_database, started_server
from tests.support.required import missing, real_is_required

STORAGES = ["sqlite", pytest.param("postgres", marks=pytest.mark.real_postgres)]
"""The parameters of a fixture for both."""
KEPT_IN = {"sandbox": "sqlite", "litellm": "postgres"}
"""Every gateway and every storage, but not every combination, because they are independent."""


@dataclass(frozen=True)
class Storage:
    """`server` is PostgreSQL's URL without a database, or None for SQLite files in `folder`."""

    name: str
    folder: Path
    server: str | None = field(default=None, repr=False)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """Yield the URL of an empty database, which is deleted afterwards."""
        if self.server is not None:
            with new_database(self.server) as url:
                yield url
        else:
            yield f"sqlite:///{self.folder / f'keydesk-{secrets.token_hex(4)}.db'}"


@contextmanager
def storage_named(name: str, folder: Path) -> Iterator[Storage]:
    """Return SQLite, or the PostgreSQL server of the environment. One is started only if the run requires it."""
    if name == "sqlite":
        yield Storage(name, folder)
        return
    given = given_server()
    if given is not None:
        yield Storage(name, folder, given)
    elif real_is_required():
        with started_server() as server:
            yield Storage(name, folder, server)
    else:
        missing("KEYDESK_TEST_POSTGRES_URL is not set")
