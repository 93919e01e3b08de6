"""Create the table of the later secrets of rotated keys."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "key_secrets",
        sa.Column(
            "secret_id",
            sa.String(40),
            nullable=False,
            comment="ours, derived from LiteLLM's hash of the secret",
        ),
        sa.Column(
            "key_id", sa.String(40), nullable=False, comment="the key, which has the id of its first secret"
        ),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the rotation made this secret",
        ),
        sa.Column(
            "ends_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a later rotation or the deletion of the key ends it",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the rotation needs attention next",
        ),
        sa.PrimaryKeyConstraint("secret_id", name="pk_key_secrets"),
    )
    for column in ("key_id", "user_id", "due_at"):
        op.create_index(f"ix_key_secrets_{column}", "key_secrets", [column])
