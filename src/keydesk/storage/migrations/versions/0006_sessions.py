"""Create the table of portal sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column(
            "id_hash", sa.String(64), nullable=False, comment="SHA-256 of the id, which only the browser has"
        ),
        sa.Column("ref", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column("asserted", sa.JSON(), nullable=True, comment="what the sign-in said of the person"),
        sa.Column("issuer", sa.String(255), nullable=True, comment="null for the demo sign-in"),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("provider_session", sa.String(255), nullable=True, comment="the provider's own session id"),
        sa.Column(
            "sealed_token", sa.Text(), nullable=True, comment="the ID token, under a key derived from the id"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_ref", "sessions", ["ref"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_issuer", "sessions", ["issuer", "subject"])
