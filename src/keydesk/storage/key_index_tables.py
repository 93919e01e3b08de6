"""The tables of the index of all keys: one row for each key of the gateway, and how far it has been read."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from keydesk.storage.tables import UtcDateTime, metadata

key_index = Table(
    "key_index",
    metadata,
    Column("key_id", String(40), primary_key=True, comment="ours, derived from LiteLLM's hash"),
    Column("user_id", String(255), nullable=True, comment="the owner in LiteLLM"),
    Column("team_id", String(255), nullable=True),
    Column("key_alias", String(255), nullable=True),
    Column("key", String(40), nullable=False, comment="for display, such as sk-...abcd"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_active_at", UtcDateTime, nullable=True, comment="null for a key that was never used"),
    Column("expires_at", UtcDateTime, nullable=True, comment="null for a key that never expires"),
    Column("spend", Float, nullable=False),
    Column("max_budget", Float, nullable=True, comment="null for no limit"),
    Column("budget_duration", String(40), nullable=True),
    Column("budget_reset_at", UtcDateTime, nullable=True),
    Column(
        "budget_limits",
        JSON(none_as_null=True),
        nullable=True,
        comment="null before version 0018, as for none",
    ),
    Column("tpm_limit", BigInteger, nullable=True),
    Column("rpm_limit", BigInteger, nullable=True),
    Column("blocked", Boolean, nullable=False),
    Column("can_manage_gateway", Boolean, nullable=False, comment="can do more than call models and read"),
    Column("models", JSON, nullable=False, comment="empty for all models"),
    Column("labels", JSON, nullable=True, comment="null for a key that was read before version 0017"),
    Column("previous_secret_expires_at", UtcDateTime, nullable=True, comment="null without one"),
    Column("searched", String(600), nullable=False, comment="name, owner and ids in lower case"),
    Column("sealed_hash", Text, nullable=False, comment="LiteLLM's hash, encrypted"),
    Column("generation", Integer, nullable=False, comment="the pass that last found the key"),
)
_FILTERS = (
    "created_at",
    "key_id",
    "searched",
    "blocked",
    "can_manage_gateway",
    "expires_at",
    "last_active_at",
    "spend",
    "max_budget",
    "user_id",
    "team_id",
    "key_alias",
)
"""Everything that a search filters and sorts by, so that it reads this index and not the much longer rows."""
Index("ix_key_index_created_at", *(key_index.c[name] for name in _FILTERS))
Index("ix_key_index_user_id", key_index.c.user_id, key_index.c.created_at, key_index.c.key_id)
Index("ix_key_index_team_id", key_index.c.team_id, key_index.c.created_at, key_index.c.key_id)

key_index_state = Table(
    "key_index_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="1: there is one row"),
    Column("generation", Integer, nullable=False, comment="of the pass in progress, or the last one"),
    Column("page", Integer, nullable=True, comment="the next page to read, downwards; null between passes"),
    Column("pages", Integer, nullable=False, comment="when the pass began"),
    Column("began_at", UtcDateTime, nullable=True, comment="when the pass in progress began"),
    Column("as_of", UtcDateTime, nullable=True, comment="when the last complete pass began"),
    Column("audit_seq", BigInteger, nullable=False, comment="changes up to this entry have been read again"),
)
