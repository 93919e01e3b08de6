"""Create the table of the keys that teams own."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "service_keys",
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(255), nullable=False),
        sa.Column(
            "contacts",
            sa.JSON(),
            nullable=False,
            comment="the people who are responsible, as entity references",
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["keys.key_id"], name="fk_service_keys_key_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", name="pk_service_keys"),
    )
    op.create_index("ix_service_keys_team_id", "service_keys", ["team_id"])
