"""The table of what deleted and changed keys have spent of an allowance."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table

from keydesk.storage.tables import UtcDateTime, metadata

allowance_spend = Table(
    "allowance_spend",
    metadata,
    Column("change_id", String(32), primary_key=True, comment="the same for all rows of one change"),
    Column("key_id", String(40), primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False, comment="the length of the window"),
    Column("owner", String(255), nullable=False, comment="LiteLLM's user id, or the team of a service key"),
    Column("usd", Float, nullable=False, comment="what counts"),
    Column("most_usd", Float, nullable=True, comment="what can count at most; null for no limit"),
    Column("shown_usd", Float, nullable=False, comment="the part of the spend that the key still shows"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("settled", Boolean, nullable=False, comment="compared with the spend that LiteLLM recorded later"),
    Column("ends_at", UtcDateTime, nullable=False, index=True, comment="when the window ends"),
    Index("ix_allowance_spend_owner", "owner", "ends_at"),
)
