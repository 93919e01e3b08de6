"""Index the audit log by object, for the history of one key."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("ix_audit_log_object_id", "audit_log", ["object_id", "change_id"])
