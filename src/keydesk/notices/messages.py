"""A message to one recipient on one channel, with the notices in it, and why a channel could not send one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from keydesk.kit.notice_kind import NoticeKind

SHOWN = 20
"""The lines that a chat message shows. The others are counted."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The person has no address on this channel."""


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice in the outbox."""

    id: str
    event_id: str
    kind: NoticeKind
    recipient: str
    subject: str
    threshold: str
    period: str
    values: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Notices that are sent as one message. `recipient` is a person, or empty for a channel of the operator.

    `id` stays the same when the message is sent again, so that receivers can drop the repetition.
    """

    id: str
    recipient: str
    notices: Sequence[StoredNotice]
    attempts: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """A message in the reader's language. `lines` has one plain sentence for each notice, with the page of its key."""

    subject: str
    text: str
    html: str
    lines: Sequence[tuple[str, str | None]]
    link: str | None
    action: str
    """The label of the link."""
    more: str | None
    """How many lines follow after `SHOWN`, in words."""


class Renderer(Protocol):
    """Writes messages, such as `keydesk.web.notices.messages.Messages`."""

    def notices(self, batch: "Batch", language: str, time_zone: str | None = None) -> Content:
        """Return the message. Without a time zone, its times are in that of the settings."""

    def test(self, language: str) -> Content: ...


class Failure(StrEnum):
    """Why a message was not sent. Contains no address and no answer of the receiver."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    NOT_ENCRYPTED = "not_encrypted"
    CREDENTIAL_REFUSED = "credential_refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    """The receiver answers with an error, whatever the message."""
    DEFERRED = "deferred"
    """The receiver does not accept this message now."""
    REJECTED = "rejected"
    NO_ADDRESS = "no_address"
    TOO_OLD = "too_old"
    UNEXPECTED = "unexpected"


_PERMANENT = {Failure.REJECTED, Failure.NO_ADDRESS}
_ABOUT_ONE_MESSAGE = {*_PERMANENT, Failure.DEFERRED, Failure.UNEXPECTED}


class DeliveryError(Exception):
    """The channel did not send the message, or it is unknown whether it did (TIMED_OUT)."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure

    @property
    def is_permanent(self) -> bool:
        return self.failure in _PERMANENT

    @property
    def stops_channel(self) -> bool:
        """Return whether other messages would fail for the same reason."""
        return self.failure not in _ABOUT_ONE_MESSAGE


class Channel(Protocol):
    """Sends messages. A personal channel sends to one person, any other to an address in the settings."""

    name: str
    is_personal: bool
    max_notices: int
    """Maximum number of notices in a message."""

    async def send(self, batch: Batch, content: Content) -> None:
        """Send the message. Raises DeliveryError, after which it was probably not sent."""

    async def check(self) -> None:
        """Connect and authenticate without sending anything, if the channel can. Raises DeliveryError."""

    async def aclose(self) -> None:
        """Close idle connections."""
