"""Store the time zone that a person chose for the times in messages."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column(
        "notice_people",
        sa.Column("time_zone", sa.String(64), nullable=True, comment="null for that of the settings"),
    )
