"""Create the tables of monthly statements, and store the labels of keys in the index of all keys."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
_MOMENT = sa.DateTime(timezone=True)
_MONTH = sa.String(7)
_NAME = sa.String(255)


def upgrade() -> None:
    op.add_column(
        "key_index",
        sa.Column(
            "labels", sa.JSON, nullable=True, comment="null for a key that was read before version 0017"
        ),
    )
    _create_statements()
    _create_rows()
    op.create_table(
        "statement_names",
        sa.Column("month", _MONTH, nullable=False, comment="empty for the last known names"),
        sa.Column("kind", sa.String(6), nullable=False, comment="person, team or key"),
        sa.Column("id", _NAME, nullable=False),
        sa.Column("name", _NAME, nullable=True),
        sa.Column("cost_center", _NAME, nullable=True),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("month", "kind", "id", name="pk_statement_names"),
    )


def _create_statements() -> None:
    op.create_table(
        "statements",
        sa.Column("month", _MONTH, nullable=False, comment="such as 2026-01, in UTC"),
        sa.Column("rules", sa.JSON, nullable=True, comment="the settings with which it was frozen"),
        sa.Column(
            "frozen_at", _MOMENT, nullable=True, comment="from then on its rows and names do not change"
        ),
        sa.Column("closed_at", _MOMENT, nullable=True, comment="when its checksum was stored"),
        sa.Column("row_count", sa.Integer, nullable=True),
        sa.Column("spend", sa.BigInteger, nullable=True),
        sa.Column(
            "corrections", sa.BigInteger, nullable=True, comment="the part of the spend of earlier months"
        ),
        sa.Column("requests", sa.BigInteger, nullable=True),
        sa.Column("checksum", sa.String(64), nullable=True, comment="SHA-256 of the CSV file"),
        sa.PrimaryKeyConstraint("month", name="pk_statements"),
    )
    op.create_table(
        "statement_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False, comment="when LiteLLM was last asked"),
        sa.Column("spend", sa.BigInteger, nullable=False, comment="LiteLLM's own total of the day"),
        sa.Column("complete", sa.Boolean, nullable=False, comment="whether the rows add up to it"),
        sa.PrimaryKeyConstraint("day", name="pk_statement_days"),
    )


def _create_rows() -> None:
    key = ("month", "day", "user_id", "key_id", "team_id", "model")
    op.create_table(
        "statement_rows",
        sa.Column(
            "month",
            _MONTH,
            nullable=False,
            comment="the statement; a day of an earlier month is a correction",
        ),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("user_id", _NAME, nullable=False, comment="LiteLLM's id; empty for none"),
        sa.Column("key_id", sa.String(40), nullable=False, comment="ours; empty for none"),
        sa.Column("team_id", _NAME, nullable=False, comment="empty for none"),
        sa.Column("model", _NAME, nullable=False),
        sa.Column("spend", sa.BigInteger, nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger, nullable=False),
        sa.Column("completion_tokens", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_statement_rows"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_statement_rows_day", "statement_rows", ["day", "month", "spend"])
