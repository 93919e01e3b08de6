"""Add the request id and address that callers claim to the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "audit_log",
        sa.Column(
            "claimed_request_id", sa.String(64), nullable=True, comment="X-Request-Id as the caller sent it"
        ),
    )
    op.add_column(
        "audit_log",
        sa.Column(
            "claimed_source", sa.String(255), nullable=True, comment="X-Forwarded-For as the caller sent it"
        ),
    )
