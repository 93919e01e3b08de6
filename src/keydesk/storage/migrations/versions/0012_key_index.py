"""Create the index of all keys."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _create_key_index()
    filters = (
        *(
            "created_at",
            "key_id",
            "searched",
            "blocked",
            "can_manage_gateway",
            "expires_at",
            "last_active_at",
        ),
        *("spend", "max_budget", "user_id", "team_id", "key_alias"),
    )
    op.create_index("ix_key_index_created_at", "key_index", filters)
    op.create_index("ix_key_index_user_id", "key_index", ["user_id", "created_at", "key_id"])
    op.create_index("ix_key_index_team_id", "key_index", ["team_id", "created_at", "key_id"])
    _create_state()


def _create_key_index() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "key_index",
        sa.Column("key_id", sa.String(40), nullable=False, comment="ours, derived from LiteLLM's hash"),
        sa.Column("user_id", sa.String(255), nullable=True, comment="the owner in LiteLLM"),
        sa.Column("team_id", sa.String(255), nullable=True),
        sa.Column("key_alias", sa.String(255), nullable=True),
        sa.Column("key", sa.String(40), nullable=False, comment="for display, such as sk-...abcd"),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_active_at", moment, nullable=True, comment="null for a key that was never used"),
        sa.Column("expires_at", moment, nullable=True, comment="null for a key that never expires"),
        sa.Column("spend", sa.Float, nullable=False),
        sa.Column("max_budget", sa.Float, nullable=True, comment="null for no limit"),
        sa.Column("budget_duration", sa.String(40), nullable=True),
        sa.Column("budget_reset_at", moment, nullable=True),
        sa.Column("tpm_limit", sa.BigInteger, nullable=True),
        sa.Column("rpm_limit", sa.BigInteger, nullable=True),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column(
            "can_manage_gateway",
            sa.Boolean,
            nullable=False,
            comment="can do more than call models and read",
        ),
        sa.Column("models", sa.JSON, nullable=False, comment="empty for all models"),
        sa.Column("previous_secret_expires_at", moment, nullable=True, comment="null without one"),
        sa.Column("searched", sa.String(600), nullable=False, comment="name, owner and ids in lower case"),
        sa.Column("sealed_hash", sa.Text, nullable=False, comment="LiteLLM's hash, encrypted"),
        sa.Column("generation", sa.Integer, nullable=False, comment="the pass that last found the key"),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_index"),
    )


def _create_state() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "key_index_state",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False, comment="1: there is one row"),
        sa.Column(
            "generation", sa.Integer, nullable=False, comment="of the pass in progress, or the last one"
        ),
        sa.Column(
            "page", sa.Integer, nullable=True, comment="the next page to read, downwards; null between passes"
        ),
        sa.Column("pages", sa.Integer, nullable=False, comment="when the pass began"),
        sa.Column("began_at", moment, nullable=True, comment="when the pass in progress began"),
        sa.Column("as_of", moment, nullable=True, comment="when the last complete pass began"),
        sa.Column(
            "audit_seq",
            sa.BigInteger,
            nullable=False,
            comment="changes up to this entry have been read again",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_key_index_state"),
    )
