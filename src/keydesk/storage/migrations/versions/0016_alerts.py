"""Create the tables of budget alerts and of the watchdog."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _watched_budgets()
    op.create_table(
        "alert_choices",
        sa.Column(
            "subject", sa.String(300), nullable=False, comment="a person, as an entity reference, or a team"
        ),
        sa.Column("thresholds", sa.JSON(), nullable=False, comment="percentages"),
        sa.Column("forecast", sa.Boolean(), nullable=False),
        sa.Column("jumps", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_alert_choices"),
    )
    _findings()


def _watched_budgets() -> None:
    op.create_table(
        "watched_budgets",
        sa.Column(
            "subject", sa.String(300), nullable=False, comment="a key's id, or an account, team or member"
        ),
        sa.Column("spend", sa.Float(), nullable=False, comment="LiteLLM's counter at the last check"),
        sa.Column("budget", sa.Float(), nullable=True, comment="null for no limit"),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.Date(), nullable=False, comment="the first day that Keydesk saw it"),
        sa.Column("seen_on", sa.Date(), nullable=False, comment="written at least once a week"),
        sa.Column(
            "armed",
            sa.Integer(),
            nullable=False,
            comment="counts resets and raises, which begin the alerts again",
        ),
        sa.Column("alerted", sa.Float(), nullable=False, comment="the highest settled threshold, in percent"),
        sa.Column("forecast_sent", sa.Boolean(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False, comment="spend by day, as the counter moved"),
        sa.Column("version", sa.Integer(), nullable=False, comment="increases with each change"),
        sa.PrimaryKeyConstraint("subject", name="pk_watched_budgets"),
    )
    op.create_index("ix_watched_budgets_seen_on", "watched_budgets", ["seen_on"])


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.String(32), nullable=False, comment="hash of kind and subject"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False, comment="names and amounts that the list shows"),
        sa.Column(
            "first_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="of the first check that saw it",
        ),
        sa.Column(
            "base_spend",
            sa.Float(),
            nullable=True,
            comment="the key's spend in a read after the first check",
        ),
        sa.Column("base_at", sa.DateTime(timezone=True), nullable=True, comment="when that read began"),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null until a later check",
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), nullable=False, comment="of the last check that saw it"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_confirmed_at", "findings", ["confirmed_at"])
    op.create_index("ix_findings_seen_at", "findings", ["seen_at"])
