"""Create the table of replicas that serve from their cache, with their leases."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "serving_replicas",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="until then it may serve from memory",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_serving_replicas"),
    )
