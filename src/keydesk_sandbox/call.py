"""The input and output of handlers. Contains no logic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import Headers, QueryParams

from keydesk_sandbox.config import SandboxConfig
from keydesk_sandbox.models.catalogue import Catalogue
from keydesk_sandbox.rows import Database, Row
from keydesk_sandbox.spending.ledger import Ledger
from keydesk_sandbox.spending.limits import RateLimiter

MASTER_USER = "default_user_id"
"""LiteLLM's pseudo user for calls with the master key."""

MASTER_TOKEN = "litellm_proxy_master_key"  # noqa: S105 - the name LiteLLM logs instead of the key's hash
"""The key name in usage and deletions by the master key."""


@dataclass(slots=True)
class Gateway:
    """The in-memory state of a sandbox. Only the database thread accesses it."""

    config: SandboxConfig
    catalogue: Catalogue
    ledger: Ledger
    limiter: RateLimiter


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request. The master key has no `key` row and the role `proxy_admin`."""

    token: str
    user_id: str | None
    role: str | None
    key: Row | None = None
    user: Row | None = None
    team: Row | None = None

    @property
    def is_admin(self) -> bool:
        """Return whether the caller may do everything: the master key or a key of a proxy admin."""
        return self.role == "proxy_admin"


@dataclass(slots=True)
class Request:
    """The parts of an HTTP request that handlers use; `content` is the raw body."""

    method: str
    path: str
    query: QueryParams
    query_string: str
    path_params: Mapping[str, Any]
    headers: Headers
    content: bytes


@dataclass(slots=True)
class Call:
    """One authenticated call inside its transaction, started at `now`."""

    request: Request
    gateway: Gateway
    db: Database
    caller: Caller
    now: datetime

    @property
    def query(self) -> QueryParams:
        """The query parameters."""
        return self.request.query


@dataclass(slots=True)
class Answer:
    """A response other than plain JSON with status 200. `lines` makes it a stream of server-sent events."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


class Access(Enum):
    """The keys that can call an endpoint, in addition to the master key."""

    OPEN = "no key needed"
    LLM = "every valid key"
    SELF = "keys of people, but not keys made for model calls only"
    ADMIN = "proxy admins"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route: its handler, its body, and who may call it.

    If it `settles`, it changes or removes a subject of spend, so pending usage is written before it.
    """

    method: str
    path: str
    handle: Callable[..., Any]
    access: Access
    body: type[BaseModel] | None = None
    settles: bool = False

    @property
    def writes(self) -> bool:
        """Return whether its transaction excludes other writers."""
        return self.method != "GET"
