"""The tables of requests, and of what was granted for a time."""

from sqlalchemy import JSON, Column, Float, Index, String, Table, Text

from keydesk.storage.tables import UtcDateTime, metadata

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ref", String(255), nullable=False, comment="the person, as an entity reference"),
    Column("email", String(320), nullable=True, comment="the verified address of that person"),
    Column("user_id", String(255), nullable=False, comment="LiteLLM's user id of that person"),
    Column("kind", String(20), nullable=False, comment="requests.models.RequestKind"),
    Column("target_id", String(255), nullable=False, comment="the key's id, or LiteLLM's user id"),
    Column("target_name", String(255), nullable=True),
    Column("team_id", String(255), nullable=True, comment="the team of the key"),
    Column("asked", JSON, nullable=False),
    Column("before_usd", Float, nullable=True, comment="the budget at that time; null for no limit"),
    Column(
        "before", JSON(none_as_null=True), nullable=True, comment="the state at that time, if it is no budget"
    ),
    Column("reason", Text, nullable=False),
    Column("cost_center", String(100), nullable=True),
    Column("state", String(20), nullable=False, comment="requests.models.RequestState"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, comment="when it expires without a decision"),
    Column("first_by", String(255), nullable=True, comment="the first of two approvers"),
    Column("first_terms", JSON(none_as_null=True), nullable=True),
    Column("decided_by", String(255), nullable=True),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decision_reason", Text, nullable=True),
    Column("granted", JSON(none_as_null=True), nullable=True),
    Column("reminded_at", UtcDateTime, nullable=True, comment="when the approvers were last reminded"),
    Column("warned_at", UtcDateTime, nullable=True, comment="when both sides got a notice that it expires"),
)
Index("ix_requests_ref", requests.c.ref, requests.c.created_at)
Index("ix_requests_state", requests.c.state, requests.c.expires_at)

grants = Table(
    "grants",
    metadata,
    Column("target", String(1100), primary_key=True, comment="the kind of the request, and the target's id"),
    Column("request_id", String(32), nullable=False),
    Column("user_id", String(255), nullable=False),
    Column("base_usd", Float, nullable=True, comment="the budget without the grant"),
    Column("set_usd", Float, nullable=True, comment="the budget that was set in LiteLLM"),
    Column(
        "base",
        JSON(none_as_null=True),
        nullable=True,
        comment="the value without the grant, if it is no budget",
    ),
    Column(
        "given",
        JSON(none_as_null=True),
        nullable=True,
        comment="the value that was set in LiteLLM, if it is no budget",
    ),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
)
