"""The tables of notices: the outbox, deliveries, and the choices of people. No table contains a secret."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from keydesk.storage.tables import UtcDateTime, metadata

_ID = String(32)

notices = Table(
    "notices",
    metadata,
    Column("id", _ID, primary_key=True, comment="hash of kind, recipient, subject, threshold and period"),
    Column("event_id", _ID, nullable=False, comment="the same without the recipient"),
    Column("kind", String(20), nullable=False),
    Column("recipient", String(255), nullable=False, comment="the person, as an entity reference"),
    Column("subject", String(255), nullable=False, comment="the key's id"),
    Column("threshold", String(40), nullable=False),
    Column("period", String(80), nullable=False),
    Column("details", JSON, nullable=False, comment="texts that messages show"),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("planned_at", UtcDateTime, nullable=True, comment="when the deliveries were added"),
)
Index(
    "ix_notices_unplanned",
    notices.c.created_at,
    sqlite_where=notices.c.planned_at.is_(None),
    postgresql_where=notices.c.planned_at.is_(None),
)

deliveries = Table(
    "notice_deliveries",
    metadata,
    Column("id", _ID, primary_key=True, comment="hash of channel, recipient and event"),
    Column("notice_id", ForeignKey(notices.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("recipient", String(255), nullable=False, comment="empty for a channel of the operator"),
    Column("state", String(10), nullable=False, comment="waiting, sending, delivered, failed or skipped"),
    Column("message_id", _ID, nullable=True, index=True, comment="the message that contains the notice"),
    Column("attempts", Integer, nullable=False),
    Column(
        "due_at", UtcDateTime, nullable=False, comment="when to send it, or to take it from a dead sender"
    ),
    Column("error", String(40), nullable=True, comment="the kind of the last failure"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime, nullable=True),
    Index("ix_notice_deliveries_recipient", "recipient", "channel", "created_at"),
)
_IS_OPEN = deliveries.c.state.in_(["waiting", "sending"])
Index(
    "ix_notice_deliveries_open",
    deliveries.c.channel,
    deliveries.c.due_at,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)

people = Table(
    "notice_people",
    metadata,
    Column("ref", String(255), primary_key=True, comment="the person, as an entity reference"),
    Column(
        "email", String(320), nullable=True, comment="confirmed by the person, for use without a directory"
    ),
    Column("language", String(10), nullable=False),
    Column("turned_off", JSON, nullable=False, comment="kinds by channel"),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("time_zone", String(64), nullable=True, comment="null for that of the settings"),
)

channels = Table(
    "notice_channels",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("fingerprint", String(64), nullable=False, comment="of its address, under a key"),
    Column("confirmed_at", UtcDateTime, nullable=False),
)
