"""Where Keydesk stores its state, and the commands of the page for it: a SQLite file, or a PostgreSQL database."""

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from tests.deployment.backup.page import commands
from tests.deployment.backup.programs import administrator
from tests.support.desk.storage import Storage
from tests.support.peers.postgres import url_of


class Place(Protocol):
    """`url` is the database URL of Keydesk. Only `back_up` may run while Keydesk runs."""

    url: str

    def back_up(self) -> None: ...

    def restore(self) -> None: ...

    def is_lost(self) -> None:
        """Delete everything. An empty place remains."""


class SqliteFile:
    def __init__(self, folder: Path) -> None:
        self._folder, self._home = folder, folder / "var-lib-keydesk"
        self._home.mkdir()
        self.url = f"sqlite:///{self._home / 'keydesk.db'}"
        self._said = commands("SQLite").with_names({"/var/lib/keydesk": str(self._home)})

    def back_up(self) -> None:
        run(self._said.back_up, self._folder, {})

    def restore(self) -> None:
        (backup,) = self._folder.glob("keydesk-*.db")
        assert backup.stat().st_mode & 0o077 == 0, "others may read it"
        run(self._said.with_names({"keydesk-2026-01-31.db": backup.name}).restore, self._folder, {})

    def is_lost(self) -> None:
        for file in self._home.iterdir():
            file.unlink()


class PostgresDatabase:
    """A database with its own user, as an operator would create it."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server = folder, server
        self._name, password = f"keydesk_drill_{secrets.token_hex(6)}", secrets.token_hex(12)
        self.url = url_of(server, self._name, self._name, password)
        self._environment = administrator(server) | {"KEYDESK_DATABASE__URL": self.url}
        self._said = commands("PostgreSQL").with_names(
            {
                "createdb --owner=keydesk keydesk": f"createdb --owner={self._name} {self._name}",
                "dropdb --if-exists keydesk": f"dropdb --if-exists {self._name}",
            }
        )
        self._as_administrator("create role {} login password {}", sql.Literal(password))
        self._make()

    def back_up(self) -> None:
        run(self._said.back_up, self._folder, self._environment)

    def restore(self) -> None:
        assert (self._folder / "keydesk.dump").stat().st_mode & 0o077 == 0, "others may read it"
        run(self._said.restore, self._folder, self._environment)

    def is_lost(self) -> None:
        self._as_administrator("drop database {}")
        self._make()

    def remove(self) -> None:
        self._as_administrator("drop database if exists {} with (force)")
        self._as_administrator("drop role {}")

    def _make(self) -> None:
        self._as_administrator("create database {0} owner {0}")

    def _as_administrator(self, statement: Any, *values: sql.Literal) -> None:
        with psycopg.connect(url_of(self._server, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self._name), *values))


@contextmanager
def place_of(storage: Storage, folder: Path) -> Iterator[Place]:
    if storage.server is None:
        yield SqliteFile(folder)
        return
    database = PostgresDatabase(folder, storage.server)
    try:
        yield database
    finally:
        database.remove()


def run(said: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Run the page's commands in their own folder. All must succeed."""
    command = ["/bin/sh", "-euc", said]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True)  # noqa: S603 - from our own page
