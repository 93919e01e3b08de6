"""Create the tables of requests, and of what was granted for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_requests()
    op.create_table(
        "grants",
        sa.Column(
            "target", sa.String(280), nullable=False, comment="the kind of the request, and the target's id"
        ),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("base_usd", sa.Float(), nullable=True, comment="the budget without the grant"),
        sa.Column("set_usd", sa.Float(), nullable=True, comment="the budget that was set in LiteLLM"),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_grants"),
    )
    op.create_index("ix_grants_ends_at", "grants", ["ends_at"])


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column("email", sa.String(320), nullable=True, comment="the verified address of that person"),
        sa.Column("user_id", sa.String(255), nullable=False, comment="LiteLLM's user id of that person"),
        sa.Column("kind", sa.String(20), nullable=False, comment="requests.models.RequestKind"),
        sa.Column("target_id", sa.String(255), nullable=False, comment="the key's id, or LiteLLM's user id"),
        sa.Column("target_name", sa.String(255), nullable=True),
        sa.Column("team_id", sa.String(255), nullable=True, comment="the team of the key"),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column(
            "before_usd", sa.Float(), nullable=True, comment="the budget at that time; null for no limit"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost_center", sa.String(100), nullable=True),
        sa.Column("state", sa.String(20), nullable=False, comment="requests.models.RequestState"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, comment="when it expires without a decision"),
        sa.Column("first_by", sa.String(255), nullable=True, comment="the first of two approvers"),
        sa.Column("first_terms", sa.JSON(), nullable=True),
        sa.Column("decided_by", sa.String(255), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("granted", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
    )
    op.create_index("ix_requests_ref", "requests", ["ref", "created_at"])
    op.create_index("ix_requests_state", "requests", ["state", "expires_at"])
