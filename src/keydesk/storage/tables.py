"""The tables of Keydesk. No table contains a secret or an unencrypted LiteLLM key hash."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator

_HASH = String(64)
_SEQ = BigInteger().with_variant(Integer, "sqlite")
"""SQLite requires `integer` for a row id."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, also on SQLite, which does not store the time zone."""

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
    Column("blocked_by", String(255), nullable=True, comment="who blocked the key with Keydesk"),
    Column(
        "blocked_as_of", UtcDateTime, nullable=True, comment="LiteLLM's settings_updated_at after that block"
    ),
)

service_keys = Table(
    "service_keys",
    metadata,
    Column("key_id", ForeignKey(keys.c.key_id, ondelete="CASCADE"), primary_key=True),
    Column("team_id", String(255), nullable=False, index=True),
    Column("contacts", JSON, nullable=False, comment="the people who are responsible, as entity references"),
    Column("rule", String(40), nullable=True, index=True, comment="of the workload that got the key"),
    Column("subject", String(255), nullable=True, comment="of the workload's token"),
    Column("expires_at", UtcDateTime, nullable=True, comment="null unless a workload got the key"),
)

key_warnings = Table(
    "key_warnings",
    metadata,
    Column("key_id", String(40), primary_key=True),
    Column("violation", String(20), primary_key=True, comment="lifetimes.models.Violation"),
    Column("warned_at", UtcDateTime, nullable=False, index=True),
)

key_secrets = Table(
    "key_secrets",
    metadata,
    Column(
        "secret_id", String(40), primary_key=True, comment="ours, derived from LiteLLM's hash of the secret"
    ),
    Column(
        "key_id",
        String(40),
        nullable=False,
        index=True,
        comment="the key, which has the id of its first secret",
    ),
    Column("user_id", String(255), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False, comment="when the rotation made this secret"),
    Column(
        "ends_at",
        UtcDateTime,
        nullable=True,
        comment="when a later rotation or the deletion of the key ends it",
    ),
    Column(
        "due_at",
        UtcDateTime,
        nullable=True,
        index=True,
        comment="when the rotation needs attention next",
    ),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", _SEQ, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=True, comment="counts changes; null for an outcome"),
    Column("kind", String(10), nullable=False, comment="intent, outcome or event"),
    Column("at", UtcDateTime, nullable=False),
    Column("change_id", String(32), nullable=False, comment="the same for an intent and its outcome"),
    Column("actor", String(255), nullable=False),
    Column("action", String(40), nullable=False),
    Column("table_name", String(60), nullable=False),
    Column("object_id", String(255), nullable=True, comment="null while what is created has no id yet"),
    Column("before_value", JSON(none_as_null=True), nullable=True),
    Column("updated_values", JSON(none_as_null=True), nullable=True),
    Column("outcome", String(20), nullable=True),
    Column("reason", String(60), nullable=True, comment="the slug of the problem, for a failure"),
    Column("request_id", String(64), nullable=True),
    Column("source", String(64), nullable=True, comment="the caller's network address"),
    Column("claimed_request_id", String(64), nullable=True, comment="X-Request-Id as the caller sent it"),
    Column("claimed_source", String(255), nullable=True, comment="X-Forwarded-For as the caller sent it"),
    Column("previous", _HASH, nullable=False, comment="the hash of the entry before"),
    Column("hash", _HASH, nullable=False, comment="of this entry and the one before, under a key"),
)
_IS_CHANGE = audit_log.c.number.is_not(None)
Index(
    "ix_audit_log_at",
    *(audit_log.c[name] for name in ("at", "seq", "actor", "action", "table_name")),
    sqlite_where=_IS_CHANGE,
    postgresql_where=_IS_CHANGE,
)
Index(
    "ix_audit_log_actor",
    *(audit_log.c[name] for name in ("actor", "at", "seq", "action", "table_name")),
    sqlite_where=_IS_CHANGE,
    postgresql_where=_IS_CHANGE,
)
Index(
    "ix_audit_log_action",
    *(audit_log.c[name] for name in ("action", "at", "seq", "table_name")),
    sqlite_where=_IS_CHANGE,
    postgresql_where=_IS_CHANGE,
)
Index("ix_audit_log_change_id", audit_log.c.change_id)
Index("ix_audit_log_object_id", audit_log.c.object_id, audit_log.c.change_id)

audit_marks = Table(
    "audit_marks",
    metadata,
    Column("name", String(10), primary_key=True, comment="head: the last entry; anchor: the last one pruned"),
    Column("seq", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", _HASH, nullable=False),
    Column("seal", _HASH, nullable=False, comment="of all of it, under a key"),
)

audit_open_intents = Table(
    "audit_open_intents",
    metadata,
    Column("change_id", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

audit_configuration = Table(
    "audit_configuration",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("settings", JSON, nullable=False, comment="as of the last start, secrets as fingerprints"),
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

usage_subjects = Table(
    "usage_subjects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(4), nullable=False, comment="user or team"),
    Column("name", String(255), nullable=False, comment="LiteLLM's id of it"),
    Column("names", LargeBinary, nullable=False, comment="what the numbers in its days stand for"),
    Column("covered", LargeBinary, nullable=False, comment="the days that are known, those without use too"),
    Column("oldest", Date, nullable=False, comment="the first day that is known"),
    Column("read_at", UtcDateTime, nullable=False, comment="when LiteLLM last told something of it"),
    Column("asked_on", Date, nullable=False, index=True, comment="the day somebody last asked for it"),
    Column("checked_on", Date, nullable=True, comment="the day its latest days were last read again"),
    UniqueConstraint("kind", "name", name="uq_usage_subjects_kind"),
)

usage_days = Table(
    "usage_days",
    metadata,
    Column("subject_id", ForeignKey(usage_subjects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("figures", LargeBinary, nullable=False, comment="by model, key and provider"),
    Column("cells", LargeBinary, nullable=False, comment="by model and key, and provider and key, together"),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", _HASH, primary_key=True, comment="SHA-256 of the id, which only the browser has"),
    Column("ref", String(255), nullable=False, index=True, comment="the person, as an entity reference"),
    Column("asserted", JSON(none_as_null=True), nullable=True, comment="what the sign-in said of the person"),
    Column("issuer", String(255), nullable=True, comment="null for the demo sign-in"),
    Column("subject", String(255), nullable=True),
    Column("provider_session", String(255), nullable=True, comment="the provider's own session id"),
    Column("sealed_token", Text, nullable=True, comment="the ID token, under a key derived from the id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("sealed_grant", Text, nullable=True, comment="tokens to ask the provider again, encrypted"),
    Column("check_due_at", UtcDateTime, nullable=True, comment="when to ask the provider again"),
    Column("confirmed_at", UtcDateTime, nullable=True, comment="when the provider last confirmed the person"),
    Column("machine", Boolean, nullable=False, server_default=false(), comment="not of a browser"),
    Index("ix_sessions_issuer", "issuer", "subject"),
)

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("name", _HASH, primary_key=True, comment="SHA-256 of the token's kind and id"),
    Column("expires_at", UtcDateTime, nullable=False, index=True, comment="until then it is not used again"),
)

serving_replicas = Table(
    "serving_replicas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, comment="until then it may serve from memory"),
)
