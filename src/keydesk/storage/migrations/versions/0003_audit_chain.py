"""Replace the audit tables with one hash-chained log, its marks, and the open intents."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_moment = sa.DateTime(timezone=True)
_hash = sa.String(64)


def upgrade() -> None:
    op.drop_table("audit_outcomes")
    op.drop_table("audit_intents")
    _create_log()
    _create_indexes()
    _create_surroundings()


def _create_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=True, comment="counts changes; null for an outcome"),
        sa.Column("kind", sa.String(10), nullable=False, comment="intent, outcome or event"),
        sa.Column("at", _moment, nullable=False),
        sa.Column(
            "change_id", sa.String(32), nullable=False, comment="the same for an intent and its outcome"
        ),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column(
            "object_id", sa.String(255), nullable=True, comment="null while what is created has no id yet"
        ),
        sa.Column("before_value", sa.JSON, nullable=True),
        sa.Column("updated_values", sa.JSON, nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("reason", sa.String(60), nullable=True, comment="the slug of the problem, for a failure"),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("source", sa.String(64), nullable=True, comment="the caller's network address"),
        sa.Column("previous", _hash, nullable=False, comment="the hash of the entry before"),
        sa.Column("hash", _hash, nullable=False, comment="of this entry and the one before, under a key"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_log"),
    )


def _create_indexes() -> None:
    """What GET /audit filters and orders by is in the index itself, so that counting touches no rows."""
    is_change = sa.text("number IS NOT NULL")
    for name, columns in {
        "ix_audit_log_at": ["at", "seq", "actor", "action", "table_name"],
        "ix_audit_log_actor": ["actor", "at", "seq", "action", "table_name"],
        "ix_audit_log_action": ["action", "at", "seq", "table_name"],
    }.items():
        op.create_index(name, "audit_log", columns, sqlite_where=is_change, postgresql_where=is_change)
    op.create_index("ix_audit_log_change_id", "audit_log", ["change_id"])


def _create_surroundings() -> None:
    op.create_table(
        "audit_marks",
        sa.Column(
            "name", sa.String(10), nullable=False, comment="head: the last entry; anchor: the last one pruned"
        ),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", _hash, nullable=False),
        sa.Column("seal", _hash, nullable=False, comment="of all of it, under a key"),
        sa.PrimaryKeyConstraint("name", name="pk_audit_marks"),
    )
    op.create_table(
        "audit_open_intents",
        sa.Column("change_id", sa.String(32), nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_audit_open_intents"),
    )
    op.create_index("ix_audit_open_intents_at", "audit_open_intents", ["at"])
    op.create_table(
        "audit_configuration",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column(
            "settings", sa.JSON, nullable=False, comment="as of the last start, secrets as fingerprints"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_audit_configuration"),
    )
