"""Add the sum of LiteLLM's spend logs to the days of statements, and an index of their rows by team."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "statement_days",
        sa.Column(
            "logged", sa.BigInteger, nullable=True, comment="the sum of LiteLLM's spend logs; null for none"
        ),
    )
    op.add_column(
        "statement_days",
        sa.Column(
            "logged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when they were last read; null for never",
        ),
    )
    op.create_index("ix_statement_rows_team", "statement_rows", ["team_id", "month"])
