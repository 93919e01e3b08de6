"""Create the table of used one-time tokens, and add what sessions need for checks with the provider."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "used_tokens",
        sa.Column("name", sa.String(64), nullable=False, comment="SHA-256 of the token's kind and id"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="until then it is not used again",
        ),
        sa.PrimaryKeyConstraint("name", name="pk_used_tokens"),
    )
    op.create_index("ix_used_tokens_expires_at", "used_tokens", ["expires_at"])
    for column in (
        sa.Column(
            "sealed_grant", sa.Text(), nullable=True, comment="tokens to ask the provider again, encrypted"
        ),
        sa.Column(
            "check_due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when to ask the provider again",
        ),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the provider last confirmed the person",
        ),
    ):
        op.add_column("sessions", column)
