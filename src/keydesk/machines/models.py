"""Requests to sign in a machine, signed-in machines, and their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

CLIENT_ID = "keydesk-cli"
"""The only client, for Keydesk's command line and for MCP clients. It is public, so its name proves nothing."""


class Kind(StrEnum):
    """How the machine gets its tokens: by polling (RFC 8628), or by a redirect to a loopback port (RFC 8252)."""

    DEVICE = "device"
    LOOPBACK = "loopback"


class State(StrEnum):
    """`CONFIRMED` is a request whose person has clicked, and whom the provider has not confirmed yet."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    DECLINED = "declined"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """A request to sign in a machine. `name` is what the machine calls itself, and `address` where it is."""

    id: str
    kind: Kind
    state: State
    name: str
    address: str
    created_at: datetime
    expires_at: datetime
    interval_seconds: int
    code_hash: str | None = None
    user_code_hash: str | None = None
    polled_at: datetime | None = None
    challenge: str | None = None
    redirect_uri: str | None = None
    client_state: str | None = None
    ref: str | None = None
    browser: str | None = None
    asserted: Mapping[str, Any] | None = None
    issuer: str | None = None
    subject: str | None = None
    sealed_grant: str | None = field(default=None, repr=False)
    session_hash: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceCodes:
    """The two codes of a device authorization: the machine polls with the first, a person types the second."""

    device_code: str = field(repr=False)
    user_code: str
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A valid authorization request with a loopback redirect (RFC 8252) and a PKCE challenge (S256).

    MCP clients name a `resource` (RFC 8707), and the command line names none.
    """

    redirect_uri: str
    state: str
    challenge: str
    name: str
    resource: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A signed-in machine. `id_hash` is the hash of its session's id."""

    id_hash: str
    id: str
    ref: str
    name: str
    address: str
    access_hash: str
    access_expires_at: datetime
    refresh_hash: str


@dataclass(frozen=True, slots=True)
class ListedMachine:
    """A signed-in machine as its person sees it."""

    id: str
    name: str
    address: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """A new access token of a person, and the refresh token that replaces the previous one."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int
    person: str
