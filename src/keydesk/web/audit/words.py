"""The audit log's vocabulary in words for people. Pure."""

from keydesk.audit.models import Action, AuditedTable, Outcome

TABLES: dict[str, str] = {
    AuditedTable.KEY: "key",
    AuditedTable.USER: "account",
    AuditedTable.TEAM: "team",
    AuditedTable.MEMBERSHIP: "team members",
    AuditedTable.OBJECT_PERMISSION: "knowledge bases and MCP servers",
    AuditedTable.SESSION: "sign-in",
    AuditedTable.PERMISSION: "permission",
    AuditedTable.CONFIGURATION: "configuration",
    AuditedTable.AUDIT_LOG: "audit log",
}
"""What was changed, by the table's name. A table that is not here goes by its own name."""
ACTIONS: dict[str, str] = {action: action.replace("_", " ") for action in Action}
OUTCOMES: dict[str | None, tuple[str, str]] = {
    Outcome.SUCCEEDED: ("succeeded", "good"),
    Outcome.FAILED: ("failed", "bad"),
    Outcome.UNDONE: ("undone", "over"),
    Outcome.UNKNOWN: ("unknown", "fair"),
    None: ("under way", "fair"),
}
"""How it ended: the word, and the tone it is shown in."""
