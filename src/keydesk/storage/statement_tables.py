"""The tables of monthly statements. Amounts are whole billionths of a US dollar, so that sums are exact."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, Integer, String, Table

from keydesk.storage.tables import UtcDateTime, metadata

_MONTH = String(7)
_NAME = String(255)

statements = Table(
    "statements",
    metadata,
    Column("month", _MONTH, primary_key=True, comment="such as 2026-01, in UTC"),
    Column("rules", JSON(none_as_null=True), nullable=True, comment="the settings with which it was frozen"),
    Column("frozen_at", UtcDateTime, nullable=True, comment="from then on its rows and names do not change"),
    Column("closed_at", UtcDateTime, nullable=True, comment="when its checksum was stored"),
    Column("row_count", Integer, nullable=True),
    Column("spend", BigInteger, nullable=True),
    Column("corrections", BigInteger, nullable=True, comment="the part of the spend of earlier months"),
    Column("requests", BigInteger, nullable=True),
    Column("checksum", String(64), nullable=True, comment="SHA-256 of the CSV file"),
)

statement_days = Table(
    "statement_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("read_at", UtcDateTime, nullable=False, comment="when LiteLLM was last asked"),
    Column("spend", BigInteger, nullable=False, comment="LiteLLM's own total of the day"),
    Column("complete", Boolean, nullable=False, comment="whether the rows add up to it"),
    Column("logged", BigInteger, nullable=True, comment="the sum of LiteLLM's spend logs; null for none"),
    Column("logged_at", UtcDateTime, nullable=True, comment="when they were last read; null for never"),
)

statement_rows = Table(
    "statement_rows",
    metadata,
    Column(
        "month", _MONTH, primary_key=True, comment="the statement; a day of an earlier month is a correction"
    ),
    Column("day", Date, primary_key=True),
    Column("user_id", _NAME, primary_key=True, comment="LiteLLM's id; empty for none"),
    Column("key_id", String(40), primary_key=True, comment="ours; empty for none"),
    Column("team_id", _NAME, primary_key=True, comment="empty for none"),
    Column("model", _NAME, primary_key=True),
    Column("spend", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_statement_rows_day", *(statement_rows.c[name] for name in ("day", "month", "spend")))
"""With the spend, so that the sum of corrections of a month reads this index and not its rows."""

Index("ix_statement_rows_team", *(statement_rows.c[name] for name in ("team_id", "month")))
"""For the statements of a team."""

statement_names = Table(
    "statement_names",
    metadata,
    Column("month", _MONTH, primary_key=True, comment="empty for the last known names"),
    Column("kind", String(6), primary_key=True, comment="person, team or key"),
    Column("id", _NAME, primary_key=True),
    Column("name", _NAME, nullable=True),
    Column("cost_center", _NAME, nullable=True),
    Column("labels", JSON, nullable=False),
)
