"""Several processes on one SQLite file: each looks into the audit log, where every change is before it is answered.

Nothing is written for it. SQLite counts what other connections committed (`pragma data_version`, 4 microseconds),
so that a log in which nothing is new is not even looked at. What is only intended, and what was refused or failed,
has changed nothing and makes nobody forget: in an outage there is nothing else to show. A change without an outcome may
have been made: what it touches is in doubt until it has one.
"""

import asyncio
import json
import sqlite3
from collections.abc import Collection
from time import monotonic
from typing import Any

import structlog

from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import (
    MOST_ROWS,
    OPEN_INTENTS,
    Dropped,
    NoNotice,
    Notice,
    TagsOf,
    tags_of_rows,
)

_log = structlog.get_logger(__name__)
_DOUBT_SECONDS = 1.5
"""How often open intents are looked for."""
_NEWLY_MADE = (
    "select table_name, object_id, before_value, updated_values from audit_log where change_id in "
    "(select change_id from audit_log where seq > ? and outcome <> 'failed') order by seq limit ?"
)


class SqliteBus:
    def __init__(self, database: Database, tags_of: TagsOf, dropped: Dropped, everything: str) -> None:
        self._database = database
        self._tags_of = tags_of
        self._dropped = dropped
        self._everything = everything
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._last = 0
        self._found: bool | None = None
        self._doubts_at = float("-inf")

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
        """As `Relay` says, for whoever asks while serving a request.

        Looks once a turn of the event loop. What is to be done stands in one queue: a request that arrives after the
        look is begun after the forgetting of it, so nobody is told what was found before they came.
        """
        if self._found is None:
            self._found = self._looks()
            asyncio.get_running_loop().call_soon(self._look_again)
        return self._found

    def _look_again(self) -> None:
        self._found = None

    def _looks(self) -> bool:
        if self._connection is None:
            return False
        try:
            version = self._read_version()
            if version != self._version:
                self._catch_up()
                self._version = version
            if monotonic() >= self._doubts_at:
                self._doubt_what_is_open()
        except sqlite3.Error as error:
            _log.warning("snapshots_not_served", kind=type(error).__name__)
            self._dropped([self._everything])
            return False
        return True

    def notice(self, tags: Collection[str]) -> Notice:  # noqa: ARG002 - of the protocol
        """Return one that does nothing, as `publish` does."""
        return NoNotice()

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Nothing to do: the outcome in the log tells."""

    def _read_version(self) -> int:
        return int(self._one("pragma data_version"))

    def _read_last(self) -> int:
        return int(self._one("select coalesce(max(seq), 0) from audit_log"))

    def _one(self, statement: str) -> Any:
        assert self._connection is not None  # noqa: S101 - callers have looked
        return self._connection.execute(statement).fetchone()[0]

    def _catch_up(self) -> None:
        assert self._connection is not None  # noqa: S101 - callers have looked
        last = self._read_last()
        if last == self._last:
            return
        rows = self._connection.execute(_NEWLY_MADE, (self._last, MOST_ROWS)).fetchall()
        self._last = last
        if tags := self._tags(rows):
            self._dropped(tags)

    def _doubt_what_is_open(self) -> None:
        assert self._connection is not None  # noqa: S101 - callers have looked
        if tags := self._tags(self._connection.execute(OPEN_INTENTS).fetchall()):
            self._dropped(tags, certain=False)
        self._doubts_at = monotonic() + _DOUBT_SECONDS

    def _tags(self, rows: list[Any]) -> set[str]:
        return tags_of_rows(rows, self._tags_of, self._everything, _members)


def _members(text: str | None) -> dict[str, Any]:
    members = json.loads(text) if text else None
    return members if isinstance(members, dict) else {}
