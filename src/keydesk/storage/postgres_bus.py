"""Several replicas on one PostgreSQL: LISTEN/NOTIFY, with an acknowledgement from everybody who serves from memory.

A notice of a change goes out with the transaction that records its outcome: PostgreSQL delivers it to every listener
when it commits. A change whose outcome could not be recorded stays an open intent; every replica reads those whenever
it renews its lease, and doubts what they touch.

A replica that serves is a row with a short lease, and a connection that listens. It listens before it is a row,
and whoever publishes reads the rows before its notice goes out: so every row there is hears the notice, and a
replica that is no row yet loads what is newer than the change.
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

from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import OPEN_INTENTS, Dropped, Notice, TagsOf, tags_of_rows
from keydesk.storage.message_sender import NoticeSender

_log = structlog.get_logger(__name__)
CHANNEL = "keydesk_dropped"
_LEASE_SECONDS = 6.0
_MARGIN_SECONDS = 1.0
"""By how much a replica stops earlier than others believe it does."""
_RENEW_SECONDS = 1.5
_RENEWAL_TIMEOUT_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
"""How long an acknowledgement is waited for before the replica's lease is taken away."""
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
    """`dropped` is told of what other replicas changed, `everything` is the tag that stands for all."""

    def __init__(self, database: Database, tags_of: TagsOf, dropped: Dropped, everything: str) -> None:
        self._dsn = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._tags_of = tags_of
        self._dropped = dropped
        self._everything = everything
        self.id = uuid.uuid4().hex
        self._own_channel = f"keydesk_{self.id}"
        self._valid_until = float("-inf")
        self._published: WeakValueDictionary[str, _Publication] = WeakValueDictionary()
        self._joined = asyncio.Event()
        self._sender = NoticeSender(self._dsn)
        self._listening: asyncio.Task[None] | None = None
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._listening = asyncio.create_task(self._listen())
        await _within(_PATIENCE_SECONDS, self._joined)

    async def aclose(self) -> None:
        """Stop serving, and let nobody wait for this replica."""
        self._stop_serving()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, *self._acknowledging, return_exceptions=True)
            with suppress(Error, OSError, TimeoutError):
                await self._sender.execute("delete from serving_replicas where id = %s", self.id)
        await self._sender.aclose()

    def may_serve(self) -> bool:
        return monotonic() < self._valid_until

    def notice(self, tags: Collection[str]) -> Notice:
        return _Notice(self, tags)

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        publication = self.publication(tags, certain=certain)
        try:
            publication.expect(await self._sender.notify_others(self.id, CHANNEL, publication.payload))
            await self.acknowledged(publication)
        except (Error, OSError, TimeoutError) as error:
            _log.warning("replicas_not_told", kind=type(error).__name__)

    def publication(self, tags: Collection[str], *, certain: bool = True) -> "_Publication":
        """Return a publication whose acknowledgements are counted for as long as somebody holds it."""
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
        _log.warning("replicas_do_not_answer", replicas=sorted(missing))
        # Where this fails they still stop by themselves, and the time until then is waited for all the same.
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
            async for notice in connection.notifies(timeout=_RENEW_SECONDS):
                self._heard(notice)

    async def _renew(self, connection: Connection) -> None:
        """Go on serving. Whose lease had run out, or was taken away, forgets everything first."""
        began = monotonic()
        async with asyncio.timeout(_RENEWAL_TIMEOUT_SECONDS):
            await self._doubt_what_is_open(connection)
            renewed = await connection.execute(_RENEW, (_LEASE_SECONDS, self.id))
            if renewed.rowcount == 0 or not self.may_serve():
                self._stop_serving()
            if renewed.rowcount == 0:
                began = monotonic()
                await connection.execute(_JOIN, (self.id, _LEASE_SECONDS))
        self._valid_until = began + _LEASE_SECONDS - _MARGIN_SECONDS
        self._joined.set()

    async def _doubt_what_is_open(self, connection: Connection) -> None:
        rows = await (await connection.execute(OPEN_INTENTS)).fetchall()
        if tags := tags_of_rows(rows, self._tags_of, self._everything):
            self._dropped(tags, certain=False)

    def _stop_serving(self) -> None:
        self._valid_until = float("-inf")
        self._dropped([self._everything])

    def _heard(self, notice: Notify) -> None:
        try:
            sender, number, tags, certain = _read(notice.payload)
        except (ValueError, TypeError):
            # Whoever sent it waits in vain, until our lease is taken away; nothing that it may mean is missed.
            _log.warning("notice_not_understood", channel=notice.channel)
            self._stop_serving()
            return
        if notice.channel == self._own_channel:
            if (publication := self._published.get(number)) is not None:
                publication.acknowledged_by(sender)
        elif sender != self.id:
            self._dropped(tags, certain=certain)
            task = asyncio.create_task(self._acknowledge(sender, number))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, sender: str, number: str) -> None:
        """Where this fails, the other one waits for our lease to run out."""
        with suppress(Error, OSError, TimeoutError):
            await self._sender.notify(f"keydesk_{sender}", json.dumps([self.id, number, [], True]))


class _Notice:
    """As `relay.Notice`."""

    def __init__(self, relay: PostgresBus, tags: Collection[str]) -> None:
        self._relay = relay
        self._publication = relay.publication(tags)

    async def send(self, connection: Transaction) -> None:
        values = {"channel": CHANNEL, "payload": self._publication.payload, "own": self._relay.id}
        rows = await connection.execute(_NOTIFY_OTHERS, values)
        self._publication.expect({row.id for row in rows})

    async def heard(self) -> None:
        await self._relay.acknowledged(self._publication)


class _Publication:
    """Who must acknowledge a notice, and who has. Acknowledgements may come in before it is known who must."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self._expected: set[str] | None = None
        self._heard: set[str] = set()
        self.complete = asyncio.Event()

    @property
    def missing(self) -> set[str]:
        return (self._expected or set()) - self._heard

    def expect(self, replicas: set[str]) -> None:
        self._expected = replicas
        self._look()

    def acknowledged_by(self, replica: str) -> None:
        self._heard.add(replica)
        self._look()

    def _look(self) -> None:
        if self._expected is not None and not self.missing:
            self.complete.set()


def _read(payload: str) -> tuple[str, str, list[str], bool]:
    """Sender, number, tags, and whether it is certain; other releases may say more, or not yet the last.

    Raises ValueError or TypeError where it is no notice.
    """
    sender, number, tags, *more = json.loads(payload)
    if not isinstance(tags, list) or not all(isinstance(each, str) for each in (sender, number, *tags)):
        raise TypeError("expected texts")
    return sender, number, tags, not more or more[0] is not False


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
