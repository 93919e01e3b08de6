"""Notices, the stores on each storage, and a stand-in for a channel."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.channel_store import ChannelStore
from keydesk.notices.messages import Batch, Content, DeliveryError, Failure, StoredNotice
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox
from keydesk.notices.people_store import PeopleStore
from keydesk.notices.planning import Planner
from keydesk.notices.sending import Sender
from keydesk.notices.store import DeliveryStore
from keydesk.notices.tally import Tally
from keydesk.settings import Notices
from keydesk.storage.database import Database
from keydesk.web.notices.messages import Messages
from tests.unit.storage.conftest import database, same_database

__all__ = ["database", "same_database"]
JANE, BOB = "user:default/jane", "user:default/bob"


def expiring(recipient: str = JANE, key: str = "key_a", days: int = 3) -> Notice:
    values = {Value.KEY: f"name of {key}", Value.EXPIRES_AT: "2026-12-03T10:00:00+00:00"}
    return Notice(Kind.KEY_EXPIRING, recipient, key, str(days), "2026-12-03", values)


def stored(
    kind: NoticeKind = Kind.KEY_EXPIRING, recipient: str = JANE, subject: str = "key_a", **values: str
) -> StoredNotice:
    notice = Notice(kind, recipient, subject, values=values)
    created_at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    return StoredNotice(notice.id, notice.event_id, kind, recipient, subject, "", "", values, created_at)


def batch_of(*notices: StoredNotice, recipient: str = JANE) -> Batch:
    return Batch("0123456789abcdef0123456789abcdef", recipient, notices, 1, datetime(2026, 12, 1, tzinfo=UTC))


@dataclass
class Recorder:
    """A channel that keeps messages. It raises the failures in `fails` first, one for each call."""

    name: str = "mail"
    is_personal: bool = True
    max_notices: int = 100
    sent: list[Batch] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    fails: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    async def send(self, batch: Batch, content: Content) -> None:
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise DeliveryError(self.fails.pop(0))
        self.sent.append(batch)
        self.contents.append(content)

    async def check(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""

    @property
    def subjects(self) -> list[tuple[str, list[str]]]:
        """The recipients and the keys in the messages to them."""
        return [(batch.recipient, sorted(each.subject for each in batch.notices)) for batch in self.sent]


MAIL = {"host": "localhost", "sender": "keydesk@example.com", "confirmed": True}
SLACK = {"url": "https://hooks.example.com/secret", "confirmed": True}


def settings_with(**changes: object) -> Notices:
    return Notices.model_validate({"mail": MAIL, "slack": SLACK, **changes})


class Contacts(dict[str, list[str]]):
    """The contacts of service keys, by key id."""

    async def of(self, key_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        return {key_id: self[key_id] for key_id in key_ids if key_id in self}


def sender_of(
    database: Database,
    channels: Sequence[Recorder],
    settings: Notices | None = None,
    contacts: Mapping[str, list[str]] | None = None,
) -> Sender:
    chosen = settings or settings_with()
    store, people = DeliveryStore(database), PeopleStore(database)
    return Sender(
        store=store,
        planner=Planner(store, people, Contacts(contacts or {}), chosen),
        people=people,
        channels=channels,
        confirmations=ChannelStore(database, b"key", {"mail": "localhost"}),
        render=Messages("https://keys.example.com", "UTC"),
        settings=chosen,
        tally=Tally(),
    )


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, has_channels=True)


@pytest.fixture
def mail() -> Recorder:
    return Recorder()
