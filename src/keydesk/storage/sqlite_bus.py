"""The invalidation bus of processes that share one SQLite file. Each reads new changes from the audit log.

Every change is in the audit log before its response is sent, so the bus writes nothing. SQLite counts the commits of
other connections (`pragma data_version`, 4 microseconds), so the log is read only if it can have new entries.
Rejected and failed changes drop no cache entries, because in an outage the entries are all there is to serve. The
entries of a change without an outcome are doubted until the outcome is recorded.
"""

import asyncio
import json
import sqlite3
from collections.abc import Collection
from time import monotonic
from typing import Any

import structlog

from keydesk.kit.key_ids import link_tag
from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import (
    KEY_SECRETS,
    MOST_ROWS,
    OPEN_INTENTS,
    DropTags,
    InvalidationMessage,
    NoMessage,
    TagsOf,
    tags_of_rows,
)

_log = structlog.get_logger(__name__)
_DOUBT_SECONDS = 1.5
"""The interval at which open intents are read."""
_NEW_CHANGES = (
    "select table_name, object_id, before_value, updated_values from audit_log where change_id in "
    "(select change_id from audit_log where seq > ? and outcome <> 'failed') order by seq limit ?"
)


class SqliteBus:
    def __init__(self, database: Database, tags_of: TagsOf, drop: DropTags, everything: str) -> None:
        self._database = database
        self._tags_of = tags_of
        self._drop = drop
        self._everything = everything
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._last = 0
        self._may_serve: bool | None = None
        self._doubt_at = float("-inf")

    async def start(self) -> None:
        path = self._database.engine.url.database
        if path is None:
            return
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        self._version = self._read_version()
        self._last = self._read_last()

    async def aclose(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def may_serve(self) -> bool:
        """Return whether this process has received all changes. Call it while serving a request.

        The database is checked once per iteration of the event loop. A request that arrives after the check runs in a
        later iteration, so it never uses a result from before its arrival. The fast lane answers requests in the same
        iteration, and calls `expire_check` first.
        """
        if self._may_serve is None:
            self._may_serve = self._catches_up()
            asyncio.get_running_loop().call_soon(self.expire_check)
        return self._may_serve

    def expire_check(self) -> None:
        self._may_serve = None

    def _catches_up(self) -> bool:
        if self._connection is None:
            return False
        try:
            version = self._read_version()
            if version != self._version:
                self._catch_up()
                self._version = version
            if monotonic() >= self._doubt_at:
                self._doubt_open_intents()
        except sqlite3.Error as error:
            _log.warning("cache_not_served", kind=type(error).__name__)
            self._drop([self._everything])
            return False
        return True

    def message(self, tags: Collection[str]) -> InvalidationMessage:  # noqa: ARG002 - of the protocol
        """Return a message that does nothing: other processes read the audit log."""
        return NoMessage()

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Do nothing: other processes read the audit log."""

    def _read_version(self) -> int:
        return int(self._one("pragma data_version"))

    def _read_last(self) -> int:
        return int(self._one("select coalesce(max(seq), 0) from audit_log"))

    def _one(self, statement: str) -> Any:
        assert self._connection is not None  # noqa: S101 - callers check it
        return self._connection.execute(statement).fetchone()[0]

    def _catch_up(self) -> None:
        assert self._connection is not None  # noqa: S101 - callers check it
        last = self._read_last()
        if last == self._last:
            return
        rows = self._connection.execute(_NEW_CHANGES, (self._last, MOST_ROWS)).fetchall()
        self._last = last
        links = {link_tag(*row) for row in self._connection.execute(KEY_SECRETS)}
        if tags := self._tags(rows) | links:
            self._drop(tags)

    def _doubt_open_intents(self) -> None:
        assert self._connection is not None  # noqa: S101 - callers check it
        if tags := self._tags(self._connection.execute(OPEN_INTENTS).fetchall()):
            self._drop(tags, certain=False)
        self._doubt_at = monotonic() + _DOUBT_SECONDS

    def _tags(self, rows: list[Any]) -> set[str]:
        return tags_of_rows(rows, self._tags_of, self._everything, _members)


def _members(text: str | None) -> dict[str, Any]:
    members = json.loads(text) if text else None
    return members if isinstance(members, dict) else {}
