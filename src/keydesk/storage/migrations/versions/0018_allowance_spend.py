"""Create the table of what deleted and changed keys have spent, and store several budgets of a key in the index."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "key_index",
        sa.Column("budget_limits", sa.JSON, nullable=True, comment="null before version 0018, as for none"),
    )
    op.create_table(
        "allowance_spend",
        sa.Column("change_id", sa.String(32), nullable=False, comment="the same for all rows of one change"),
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column(
            "days", sa.Integer, autoincrement=False, nullable=False, comment="the length of the window"
        ),
        sa.Column(
            "owner", sa.String(255), nullable=False, comment="LiteLLM's user id, or the team of a service key"
        ),
        sa.Column("usd", sa.Float, nullable=False, comment="what counts"),
        sa.Column("most_usd", sa.Float, nullable=True, comment="what can count at most; null for no limit"),
        sa.Column(
            "shown_usd", sa.Float, nullable=False, comment="the part of the spend that the key still shows"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "settled",
            sa.Boolean,
            nullable=False,
            comment="compared with the spend that LiteLLM recorded later",
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="when the window ends"),
        sa.PrimaryKeyConstraint("change_id", "key_id", "days", name="pk_allowance_spend"),
    )
    op.create_index("ix_allowance_spend_ends_at", "allowance_spend", ["ends_at"])
    op.create_index("ix_allowance_spend_owner", "allowance_spend", ["owner", "ends_at"])
