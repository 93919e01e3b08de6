"""The tables of budget alerts: what is remembered about each budget, what people chose, and the watchdog's findings."""

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String, Table

from keydesk.storage.tables import UtcDateTime, metadata

_SUBJECT = String(300)

watched_budgets = Table(
    "watched_budgets",
    metadata,
    Column("subject", _SUBJECT, primary_key=True, comment="a key's id, or an account, team or member"),
    Column("spend", Float, nullable=False, comment="LiteLLM's counter at the last check"),
    Column("budget", Float, nullable=True, comment="null for no limit"),
    Column("resets_at", UtcDateTime, nullable=True),
    Column("since", Date, nullable=False, comment="the first day that Keydesk saw it"),
    Column("seen_on", Date, nullable=False, index=True, comment="written at least once a week"),
    Column(
        "armed", Integer, nullable=False, comment="counts resets and raises, which begin the alerts again"
    ),
    Column("alerted", Float, nullable=False, comment="the highest settled threshold, in percent"),
    Column("forecast_sent", Boolean, nullable=False),
    Column("days", JSON, nullable=False, comment="spend by day, as the counter moved"),
    Column("version", Integer, nullable=False, comment="increases with each change"),
)

alert_choices = Table(
    "alert_choices",
    metadata,
    Column("subject", _SUBJECT, primary_key=True, comment="a person, as an entity reference, or a team"),
    Column("thresholds", JSON, nullable=False, comment="percentages"),
    Column("forecast", Boolean, nullable=False),
    Column("jumps", Boolean, nullable=False),
    Column("changed_by", String(255), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", String(32), primary_key=True, comment="hash of kind and subject"),
    Column("kind", String(20), nullable=False),
    Column("subject", _SUBJECT, nullable=False),
    Column("details", JSON, nullable=False, comment="names and amounts that the list shows"),
    Column("first_at", UtcDateTime, nullable=False, comment="of the first check that saw it"),
    Column("base_spend", Float, nullable=True, comment="the key's spend in a read after the first check"),
    Column("base_at", UtcDateTime, nullable=True, comment="when that read began"),
    Column("confirmed_at", UtcDateTime, nullable=True, index=True, comment="null until a later check"),
    Column("seen_at", UtcDateTime, nullable=False, index=True, comment="of the last check that saw it"),
)
