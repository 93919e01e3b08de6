"""Create the first tables: accounts, keys, audit intents and outcomes, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_accounts_and_keys()
    _create_audit()
    op.create_table(
        "leases",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("expires_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _create_accounts_and_keys() -> None:
    op.create_table(
        "accounts",
        sa.Column("user_id", sa.String(255), nullable=False, comment="LiteLLM's user id"),
        sa.Column("ref", sa.String(255), nullable=False, comment="the person, as an entity reference"),
        sa.Column(
            "applied", sa.JSON, nullable=False, comment="what was set in LiteLLM, to find later differences"
        ),
        sa.Column(
            "provisioned_at", _moment, nullable=True, comment="null for an account that was there before"
        ),
        sa.Column(
            "left_at", _moment, nullable=True, comment="when the person was found gone from the directory"
        ),
        sa.Column(
            "suspended_at", _moment, nullable=True, comment="when all keys of the person had been blocked"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_ref", "accounts", ["ref"])
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(40), nullable=False, comment="ours, derived from LiteLLM's hash"),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("issued_at", _moment, nullable=True, comment="null for a key that was not issued here"),
        sa.Column("blocked_by", sa.String(255), nullable=True, comment="who blocked the key with Keydesk"),
        sa.Column(
            "blocked_as_of", _moment, nullable=True, comment="LiteLLM's settings_updated_at after that block"
        ),
        sa.PrimaryKeyConstraint("key_id", name="pk_keys"),
    )
    op.create_index("ix_keys_user_id", "keys", ["user_id"])


def _create_audit() -> None:
    op.create_table(
        "audit_intents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column(
            "object_id", sa.String(255), nullable=True, comment="null while what is created has no id yet"
        ),
        sa.Column("before_value", sa.JSON, nullable=True),
        sa.Column("updated_values", sa.JSON, nullable=True),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("source", sa.String(64), nullable=True, comment="the caller's network address"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_intents"),
    )
    op.create_index("ix_audit_intents_at_id", "audit_intents", ["at", "id"])
    op.create_table(
        "audit_outcomes",
        sa.Column("intent_id", sa.String(32), nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(255), nullable=True),
        sa.Column("reason", sa.String(60), nullable=True, comment="the slug of the problem, for a failure"),
        sa.PrimaryKeyConstraint("intent_id", name="pk_audit_outcomes"),
        sa.ForeignKeyConstraint(["intent_id"], ["audit_intents.id"], name="fk_audit_outcomes_intent_id"),
    )
