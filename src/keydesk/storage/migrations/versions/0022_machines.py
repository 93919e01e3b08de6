"""Create the tables of machines on which people are signed in, and mark their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(32)
_HASH = sa.String(64)
_NAME = sa.String(255)


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column(
            "machine", sa.Boolean, nullable=False, server_default=sa.false(), comment="not of a browser"
        ),
    )
    _create_machines()
    _create_requests()


def _create_machines() -> None:
    op.create_table(
        "machines",
        sa.Column("id_hash", _HASH, nullable=False, comment="its session in the table sessions"),
        sa.Column("id", _ID, nullable=False),
        sa.Column("ref", _NAME, nullable=False, comment="the person, as an entity reference"),
        sa.Column("name", _NAME, nullable=False, comment="as the machine names itself"),
        sa.Column("address", _NAME, nullable=False, comment="where the sign-in was started"),
        sa.Column("access_hash", _HASH, nullable=False, comment="SHA-256 of the access token"),
        sa.Column("access_expires_at", _MOMENT, nullable=False),
        sa.Column("refresh_hash", _HASH, nullable=False, comment="SHA-256 of the only valid refresh token"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_machines"),
        sa.UniqueConstraint("id", name="uq_machines_id"),
    )
    op.create_index("ix_machines_ref", "machines", ["ref"])


def _create_requests() -> None:
    op.create_table(
        "machine_requests",
        sa.Column("id", _ID, nullable=False, comment="becomes the id of the machine"),
        sa.Column("kind", sa.String(10), nullable=False, comment="device or loopback"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name", _NAME, nullable=False, comment="as the machine names itself"),
        sa.Column("address", _NAME, nullable=False, comment="where the sign-in was started"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("code_hash", _HASH, nullable=True, comment="SHA-256 of the code that tokens are for"),
        sa.Column("user_code_hash", _HASH, nullable=True, comment="HMAC of the code that a person types"),
        sa.Column("interval_seconds", sa.Integer, nullable=False, comment="least time between two polls"),
        sa.Column("polled_at", _MOMENT, nullable=True),
        sa.Column("challenge", sa.String(43), nullable=True, comment="PKCE, S256"),
        sa.Column("redirect_uri", sa.String(100), nullable=True),
        sa.Column("client_state", sa.String(200), nullable=True),
        sa.Column("ref", _NAME, nullable=True, comment="who confirmed it"),
        sa.Column(
            "browser", _HASH, nullable=True, comment="a fingerprint of the browser session that confirmed it"
        ),
        sa.Column("asserted", sa.JSON, nullable=True, comment="what the sign-in said of the person"),
        sa.Column("issuer", _NAME, nullable=True),
        sa.Column("subject", _NAME, nullable=True),
        sa.Column("sealed_grant", sa.Text, nullable=True, comment="tokens of the provider, encrypted"),
        sa.Column("session_hash", _HASH, nullable=True, comment="the session that was started with the code"),
        sa.PrimaryKeyConstraint("id", name="pk_machine_requests"),
        sa.UniqueConstraint("code_hash", name="uq_machine_requests_code_hash"),
        sa.UniqueConstraint("user_code_hash", name="uq_machine_requests_user_code_hash"),
    )
    op.create_index("ix_machine_requests_expires_at", "machine_requests", ["expires_at"])
