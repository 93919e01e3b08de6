"""Create the tables of notices: the outbox, deliveries, and the choices of people."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_notices()
    _create_deliveries()
    op.create_table(
        "notice_people",
        sa.Column("ref", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column(
            "email",
            sa.String(320),
            nullable=True,
            comment="confirmed by the person, for use without a directory",
        ),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("turned_off", sa.JSON(), nullable=False, comment="kinds by channel"),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_notice_people"),
    )
    op.create_table(
        "notice_channels",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, comment="of its address, under a key"),
        sa.Column("confirmed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_notice_channels"),
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column(
            "id",
            sa.String(32),
            nullable=False,
            comment="hash of kind, recipient, subject, threshold and period",
        ),
        sa.Column("event_id", sa.String(32), nullable=False, comment="the same without the recipient"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column("subject", sa.String(255), nullable=False, comment="the key's id"),
        sa.Column("threshold", sa.String(40), nullable=False),
        sa.Column("period", sa.String(80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False, comment="texts that messages show"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("planned_at", _TIME, nullable=True, comment="when the deliveries were added"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_created_at", "notices", ["created_at"])
    unplanned = sa.text("planned_at IS NULL")
    op.create_index(
        "ix_notices_unplanned",
        "notices",
        ["created_at"],
        sqlite_where=unplanned,
        postgresql_where=unplanned,
    )


def _create_deliveries() -> None:
    op.create_table(
        "notice_deliveries",
        sa.Column("id", sa.String(32), nullable=False, comment="hash of channel, recipient and event"),
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False, comment="empty for a channel of the operator"),
        sa.Column(
            "state", sa.String(10), nullable=False, comment="waiting, sending, delivered, failed or skipped"
        ),
        sa.Column("message_id", sa.String(32), nullable=True, comment="the message that contains the notice"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "due_at", _TIME, nullable=False, comment="when to send it, or to take it from a dead sender"
        ),
        sa.Column("error", sa.String(40), nullable=True, comment="the kind of the last failure"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("delivered_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_deliveries"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], ondelete="CASCADE", name="fk_notice_deliveries_notice_id"
        ),
    )
    for name in ("notice_id", "message_id"):
        op.create_index(f"ix_notice_deliveries_{name}", "notice_deliveries", [name])
    op.create_index(
        "ix_notice_deliveries_recipient", "notice_deliveries", ["recipient", "channel", "created_at"]
    )
    is_open = sa.text("state IN ('waiting', 'sending')")
    op.create_index(
        "ix_notice_deliveries_open",
        "notice_deliveries",
        ["channel", "due_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
