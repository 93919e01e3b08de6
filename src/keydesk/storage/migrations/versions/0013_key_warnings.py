"""Create the table of warnings about keys that violate the policy for lifetimes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "key_warnings",
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column("violation", sa.String(20), nullable=False, comment="lifetimes.models.Violation"),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "violation", name="pk_key_warnings"),
    )
    op.create_index("ix_key_warnings_warned_at", "key_warnings", ["warned_at"])
