"""The tables of machines on which people are signed in with the command line. Tokens and codes are stored as hashes."""

from sqlalchemy import JSON, Column, Integer, String, Table, Text

from keydesk.storage.tables import UtcDateTime, metadata

_ID = String(32)
_HASH = String(64)
_NAME = String(255)

machines = Table(
    "machines",
    metadata,
    Column("id_hash", _HASH, primary_key=True, comment="its session in the table sessions"),
    Column("id", _ID, nullable=False, unique=True),
    Column("ref", _NAME, nullable=False, index=True, comment="the person, as an entity reference"),
    Column("name", _NAME, nullable=False, comment="as the machine names itself"),
    Column("address", _NAME, nullable=False, comment="where the sign-in was started"),
    Column("access_hash", _HASH, nullable=False, comment="SHA-256 of the access token"),
    Column("access_expires_at", UtcDateTime, nullable=False),
    Column("refresh_hash", _HASH, nullable=False, comment="SHA-256 of the only valid refresh token"),
)

machine_requests = Table(
    "machine_requests",
    metadata,
    Column("id", _ID, primary_key=True, comment="becomes the id of the machine"),
    Column("kind", String(10), nullable=False, comment="device or loopback"),
    Column("state", String(10), nullable=False),
    Column("name", _NAME, nullable=False, comment="as the machine names itself"),
    Column("address", _NAME, nullable=False, comment="where the sign-in was started"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("code_hash", _HASH, nullable=True, unique=True, comment="SHA-256 of the code that tokens are for"),
    Column(
        "user_code_hash", _HASH, nullable=True, unique=True, comment="HMAC of the code that a person types"
    ),
    Column("interval_seconds", Integer, nullable=False, comment="least time between two polls"),
    Column("polled_at", UtcDateTime, nullable=True),
    Column("challenge", String(43), nullable=True, comment="PKCE, S256"),
    Column("redirect_uri", String(100), nullable=True),
    Column("client_state", String(200), nullable=True),
    Column("ref", _NAME, nullable=True, comment="who confirmed it"),
    Column("browser", _HASH, nullable=True, comment="a fingerprint of the browser session that confirmed it"),
    Column("asserted", JSON(none_as_null=True), nullable=True, comment="what the sign-in said of the person"),
    Column("issuer", _NAME, nullable=True),
    Column("subject", _NAME, nullable=True),
    Column("sealed_grant", Text, nullable=True, comment="tokens of the provider, encrypted"),
    Column("session_hash", _HASH, nullable=True, comment="the session that was started with the code"),
)
