"""Create the tables of past usage by subject and day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "usage_subjects",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(4), nullable=False, comment="user or team"),
        sa.Column("name", sa.String(255), nullable=False, comment="LiteLLM's id of it"),
        sa.Column("names", sa.LargeBinary, nullable=False, comment="what the numbers in its days stand for"),
        sa.Column(
            "covered",
            sa.LargeBinary,
            nullable=False,
            comment="the days that are known, those without use too",
        ),
        sa.Column("oldest", sa.Date, nullable=False, comment="the first day that is known"),
        sa.Column(
            "read_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when LiteLLM last told something of it",
        ),
        sa.Column("asked_on", sa.Date, nullable=False, comment="the day somebody last asked for it"),
        sa.Column(
            "checked_on", sa.Date, nullable=True, comment="the day its latest days were last read again"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_usage_subjects"),
        sa.UniqueConstraint("kind", "name", name="uq_usage_subjects_kind"),
    )
    op.create_index("ix_usage_subjects_asked_on", "usage_subjects", ["asked_on"])
    op.create_table(
        "usage_days",
        sa.Column("subject_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("figures", sa.LargeBinary, nullable=False, comment="by model, key and provider"),
        sa.Column(
            "cells",
            sa.LargeBinary,
            nullable=False,
            comment="by model and key, and provider and key, together",
        ),
        sa.PrimaryKeyConstraint("subject_id", "day", name="pk_usage_days"),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["usage_subjects.id"],
            name="fk_usage_days_subject_id",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
