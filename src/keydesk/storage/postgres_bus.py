"""The invalidation bus of replicas on PostgreSQL: LISTEN/NOTIFY with an acknowledgement from each serving replica.

The message about a change is sent with the transaction that records its outcome. PostgreSQL delivers it to every
listener on commit. A change whose outcome could not be recorded stays an open intent. Each replica reads open intents
when it renews its lease, and doubts the cache entries that they touch.

A serving replica has a row with a short lease and a listening connection. It listens before it inserts its row, and a
publisher reads the rows before its message is sent. Therefore every replica with a row receives the message, and a
replica without a row yet loads data from after the change.
"""

import asyncio
import json
import uuid
from collections.abc import Collection
from contextlib import suppress
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import structlog
from psycopg import AsyncConnection, Error, Notify
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection as Transaction

from keydesk.kit.key_ids import link_tag
from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import (
    KEY_SECRETS,
    OPEN_INTENTS,
    DropTags,
    InvalidationMessage,
    TagsOf,
    tags_of_rows,
)
from keydesk.storage.message_sender import MessageSender

_log = structlog.get_logger(__name__)
CHANNEL = "keydesk_dropped"
_LEASE_SECONDS = 6.0
_MARGIN_SECONDS = 1.0
"""How much earlier than its lease expires a replica stops serving."""
_RENEW_SECONDS = 1.5
_RENEWAL_TIMEOUT_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
"""How long to wait for an acknowledgement before the replica's lease is revoked."""
_RETRY_SECONDS = 0.5
_LONGEST_PAYLOAD = 7000
_JOIN = (
    "insert into serving_replicas (id, expires_at) values (%s, clock_timestamp() + make_interval(secs => %s))"
)
_RENEW = (
    "update serving_replicas set expires_at = clock_timestamp() + make_interval(secs => %s) where id = %s"
)
_TIDY = "delete from serving_replicas where expires_at < clock_timestamp() - interval '1 hour'"
_NOTIFY_OTHERS = text(
    "select id, pg_notify(:channel, :payload) from serving_replicas "
    "where id <> :own and expires_at > clock_timestamp()"
)
Connection = AsyncConnection[Any]


class PostgresBus:
    """`drop` drops the tags that other replicas changed. `everything` is the tag of all entries."""

    def __init__(self, database: Database, tags_of: TagsOf, drop: DropTags, everything: str) -> None:
        self._dsn = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._tags_of = tags_of
        self._drop = drop
        self._everything = everything
        self.id = uuid.uuid4().hex
        self._own_channel = f"keydesk_{self.id}"
        self._valid_until = float("-inf")
        self._published: WeakValueDictionary[str, _Publication] = WeakValueDictionary()
        self._joined = asyncio.Event()
        self._sender = MessageSender(self._dsn)
        self._listening: asyncio.Task[None] | None = None
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._listening = asyncio.create_task(self._listen())
        await _within(_PATIENCE_SECONDS, self._joined)

    async def aclose(self) -> None:
        """Stop serving, and delete this replica's lease so that no other replica waits for it."""
        self._stop_serving()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, *self._acknowledging, return_exceptions=True)
            with suppress(Error, OSError, TimeoutError):
                await self._sender.execute("delete from serving_replicas where id = %s", self.id)
        await self._sender.aclose()

    def may_serve(self) -> bool:
        return monotonic() < self._valid_until

    def expire_check(self) -> None:
        """Do nothing: other replicas wait until this one has received their changes."""

    def message(self, tags: Collection[str]) -> InvalidationMessage:
        return _Message(self, tags)

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        publication = self.publication(tags, certain=certain)
        try:
            publication.expect(await self._sender.notify_others(self.id, CHANNEL, publication.payload))
            await self.acknowledged(publication)
        except (Error, OSError, TimeoutError) as error:
            _log.warning("replicas_not_notified", kind=type(error).__name__)

    def publication(self, tags: Collection[str], *, certain: bool = True) -> "_Publication":
        """Return a publication. Its acknowledgements are counted as long as it is referenced."""
        number = uuid.uuid4().hex
        payload = json.dumps([self.id, number, sorted(tags), certain])
        if len(payload) > _LONGEST_PAYLOAD:
            payload = json.dumps([self.id, number, [self._everything], certain])
        publication = self._published[number] = _Publication(payload)
        return publication

    async def acknowledged(self, publication: "_Publication") -> None:
        if await _within(_PATIENCE_SECONDS, publication.complete):
            return
        missing = publication.missing
        _log.warning("replicas_do_not_respond", replicas=sorted(missing))
        # If this fails, their leases expire anyway. The wait below covers that time.
        with suppress(Error, OSError, TimeoutError):
            await self._sender.execute("delete from serving_replicas where id = any(%s)", list(missing))
        await _within(_LEASE_SECONDS, publication.complete)

    async def _listen(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=5
                ) as conn:
                    await self._listen_on(conn)
            except (Error, OSError, TimeoutError) as error:
                _log.warning("replica_stops_serving_from_memory", kind=type(error).__name__)
            finally:
                self._stop_serving()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen_on(self, connection: Connection) -> None:
        async with asyncio.timeout(_RENEWAL_TIMEOUT_SECONDS):
            for statement in (f"listen {CHANNEL}", f"listen {self._own_channel}", _TIDY):
                await connection.execute(statement)
        while True:
            await self._renew(connection)
            async for message in connection.notifies(timeout=_RENEW_SECONDS):
                self._receive(message)

    async def _renew(self, connection: Connection) -> None:
        """Renew the lease. If the lease has expired or was revoked, drop all cache entries first."""
        began = monotonic()
        async with asyncio.timeout(_RENEWAL_TIMEOUT_SECONDS):
            await self._doubt_open_intents(connection)
            renewed = await connection.execute(_RENEW, (_LEASE_SECONDS, self.id))
            missed_messages = renewed.rowcount == 0 or not self.may_serve()
            if missed_messages:
                self._stop_serving()
            if renewed.rowcount == 0:
                began = monotonic()
                await connection.execute(_JOIN, (self.id, _LEASE_SECONDS))
            if missed_messages:
                await self._link_secrets(connection)
        self._valid_until = began + _LEASE_SECONDS - _MARGIN_SECONDS
        self._joined.set()

    async def _doubt_open_intents(self, connection: Connection) -> None:
        rows = await (await connection.execute(OPEN_INTENTS)).fetchall()
        if tags := tags_of_rows(rows, self._tags_of, self._everything):
            self._drop(tags, certain=False)

    async def _link_secrets(self, connection: Connection) -> None:
        rows = await (await connection.execute(KEY_SECRETS)).fetchall()
        self._drop([link_tag(*row) for row in rows])

    def _stop_serving(self) -> None:
        self._valid_until = float("-inf")
        self._drop([self._everything])

    def _receive(self, message: Notify) -> None:
        try:
            sender, number, tags, certain = _read(message.payload)
        except (ValueError, TypeError):
            # Drop everything, because the message can mean any change. Its sender gets no acknowledgement and
            # revokes this replica's lease.
            _log.warning("invalid_message", channel=message.channel)
            self._stop_serving()
            return
        if message.channel == self._own_channel:
            if (publication := self._published.get(number)) is not None:
                publication.acknowledged_by(sender)
        elif sender != self.id:
            self._drop(tags, certain=certain)
            task = asyncio.create_task(self._acknowledge(sender, number))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, sender: str, number: str) -> None:
        """Acknowledge a message. If this fails, its sender waits until this replica's lease expires."""
        with suppress(Error, OSError, TimeoutError):
            await self._sender.notify(f"keydesk_{sender}", json.dumps([self.id, number, [], True]))


class _Message:
    """An `InvalidationMessage` on PostgreSQL."""

    def __init__(self, bus: PostgresBus, tags: Collection[str]) -> None:
        self._bus = bus
        self._publication = bus.publication(tags)

    async def send(self, connection: Transaction) -> None:
        values = {"channel": CHANNEL, "payload": self._publication.payload, "own": self._bus.id}
        rows = await connection.execute(_NOTIFY_OTHERS, values)
        self._publication.expect({row.id for row in rows})

    async def delivered(self) -> None:
        await self._bus.acknowledged(self._publication)


class _Publication:
    """The acknowledgements of a message. They can arrive before the expected replicas are known."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self._expected: set[str] | None = None
        self._acknowledged: set[str] = set()
        self.complete = asyncio.Event()

    @property
    def missing(self) -> set[str]:
        return (self._expected or set()) - self._acknowledged

    def expect(self, replicas: set[str]) -> None:
        self._expected = replicas
        self._update()

    def acknowledged_by(self, replica: str) -> None:
        self._acknowledged.add(replica)
        self._update()

    def _update(self) -> None:
        if self._expected is not None and not self.missing:
            self.complete.set()


def _read(payload: str) -> tuple[str, str, list[str], bool]:
    """Return the sender, number, tags, and whether the change is certain.

    A newer release may send more members, and an older one omits the last. Raises ValueError or TypeError for an
    invalid message.
    """
    sender, number, tags, *more = json.loads(payload)
    if not isinstance(tags, list) or not all(isinstance(each, str) for each in (sender, number, *tags)):
        raise TypeError("expected strings")
    return sender, number, tags, not more or more[0] is not False


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
