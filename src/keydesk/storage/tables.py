"""All tables of the key desk. None holds a secret or a LiteLLM key hash."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Index, MetaData, String, Table
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", String(255), primary_key=True, comment="LiteLLM's user id"),
    Column("ref", String(255), nullable=False, index=True, comment="the person, as an entity reference"),
    Column("applied", JSON, nullable=False, comment="what was set in LiteLLM, to find later differences"),
    Column("provisioned_at", UtcDateTime, nullable=True, comment="null for an account that was there before"),
    Column(
        "left_at", UtcDateTime, nullable=True, comment="when the person was found gone from the directory"
    ),
    Column(
        "suspended_at", UtcDateTime, nullable=True, comment="when all keys of the person had been blocked"
    ),
)

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(40), primary_key=True, comment="ours, derived from LiteLLM's hash"),
    Column("user_id", String(255), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=True, comment="null for a key that was not issued here"),
    Column("blocked_by", String(255), nullable=True, comment="who blocked it through the key desk"),
    Column(
        "blocked_as_of", UtcDateTime, nullable=True, comment="LiteLLM's settings_updated_at after that block"
    ),
)

audit_intents = Table(
    "audit_intents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("action", String(40), nullable=False),
    Column("table_name", String(60), nullable=False),
    Column("object_id", String(255), nullable=True, comment="null while what is created has no id yet"),
    Column("before_value", JSON, nullable=True),
    Column("updated_values", JSON, nullable=True),
    Column("request_id", String(64), nullable=True),
    Column("source", String(64), nullable=True, comment="the caller's network address"),
    Index("ix_audit_intents_at_id", "at", "id"),
)

audit_outcomes = Table(
    "audit_outcomes",
    metadata,
    Column("intent_id", String(32), ForeignKey("audit_intents.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("object_id", String(255), nullable=True),
    Column("reason", String(60), nullable=True, comment="the slug of the problem, for a failure"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

identity_links = Table(
    "identity_links",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True, comment="the provider's own, lasting id of the person"),
    Column("ref", String(255), nullable=False, unique=True, comment="the person, as an entity reference"),
    Column("linked_at", UtcDateTime, nullable=False),
)
