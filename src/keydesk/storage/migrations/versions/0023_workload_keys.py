"""Store which service keys a workload got, and when they expire."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column(
        "service_keys",
        sa.Column("rule", sa.String(40), nullable=True, comment="of the workload that got the key"),
    )
    op.add_column(
        "service_keys",
        sa.Column("subject", sa.String(255), nullable=True, comment="of the workload's token"),
    )
    op.add_column(
        "service_keys",
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null unless a workload got the key",
        ),
    )
    op.create_index("ix_service_keys_rule", "service_keys", ["rule"])
