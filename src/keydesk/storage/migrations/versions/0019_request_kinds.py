"""Store what requests of other kinds than budgets are about, and which reminders were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "requests",
        sa.Column("before", sa.JSON(), nullable=True, comment="the state at that time, if it is no budget"),
    )
    op.add_column(
        "requests",
        sa.Column("reminded_at", _TIME, nullable=True, comment="when the approvers were last reminded"),
    )
    op.add_column(
        "requests",
        sa.Column("warned_at", _TIME, nullable=True, comment="when both sides got a notice that it expires"),
    )
    with op.batch_alter_table("grants") as grants:
        # A target contains the name of a model too.
        grants.alter_column("target", existing_type=sa.String(280), type_=sa.String(1100))
        for name, comment in (
            ("base", "the value without the grant, if it is no budget"),
            ("given", "the value that was set in LiteLLM, if it is no budget"),
        ):
            grants.add_column(sa.Column(name, sa.JSON(), nullable=True, comment=comment))
