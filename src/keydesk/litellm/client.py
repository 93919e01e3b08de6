"""The client of LiteLLM's management API: one object with an attribute per resource."""

import time
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

from keydesk.litellm.activity import ActivityReports
from keydesk.litellm.breaker import CircuitBreaker
from keydesk.litellm.call import Answer, Call
from keydesk.litellm.calling import Caller
from keydesk.litellm.config import LiteLLMConfig
from keydesk.litellm.connected_release import find_release, find_version
from keydesk.litellm.gateway_spend import GatewaySpend
from keydesk.litellm.hooks import NO_HOOKS, Hooks
from keydesk.litellm.keys import Keys
from keydesk.litellm.paging import PagedList
from keydesk.litellm.releases import Release, has_ordered_pages
from keydesk.litellm.shapes.health import Readiness
from keydesk.litellm.shapes.model import Deployment, ModelGroup
from keydesk.litellm.shapes.store import McpServer, VectorStore
from keydesk.litellm.spend_logs import SpendLogs
from keydesk.litellm.teams import Teams
from keydesk.litellm.transport import AsyncTransport, Transport
from keydesk.litellm.users import Users

_PAGE_SIZE = 100


class Health:
    """Health checks, available as `gateway.health`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def readiness(self) -> Readiness:
        """Return the readiness, without retries. `/health/readiness`. Raises UpstreamFailed if its database is down."""
        answer = await self._caller.call(Call(method="GET", route="/health/readiness", repeatable=False))
        readiness = answer.read(Readiness)
        version = answer.headers.get("x-litellm-version", readiness.version)
        return readiness.model_copy(
            update={"version": version, "server_time": _date(answer.headers.get("date"))}
        )


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except (ValueError, OverflowError):
        return None


class Models:
    """Models, available as `gateway.models`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def groups(self) -> list[ModelGroup]:
        """Return one entry per public model name. `/model_group/info`."""
        answer = await self._caller.get("/model_group/info")
        return [*answer.read_each(ModelGroup, answer.members().get("data"))]

    async def list(self) -> list[Deployment]:
        """Return every deployment, in the order of the gateway's configuration. `/model/info`.

        Several deployments can share a public name (`model_name`); LiteLLM balances requests between them.
        """
        answer = await self._caller.get("/model/info")
        return [*answer.read_each(Deployment, answer.members().get("data"))]


class VectorStores:
    """Vector stores, available as `gateway.vector_stores`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        max_pages = caller.config.max_pages
        self._listed = PagedList("/vector_store/list", VectorStore, "data", "vector_store_id", max_pages)

    async def list(self) -> list[VectorStore]:
        """Return all vector stores from all pages. `/vector_store/list`."""

        async def fetch(page: int) -> Answer:
            return await self._caller.get("/vector_store/list", page=page, page_size=_PAGE_SIZE)

        return await self._listed.read(fetch)


class McpServers:
    """MCP servers, available as `gateway.mcp_servers`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> list[McpServer]:
        """Return every MCP server that the master key can see. `/v1/mcp/server`."""
        answer = await self._caller.get("/v1/mcp/server")
        return [*answer.read_each(McpServer, answer.json())]


class LiteLLM:
    """A LiteLLM gateway. Every call can raise any LiteLLMError (see `errors.py`).

    `transport` replaces the network, for an in-process application or for tests. `clock` returns seconds for the
    circuit breaker.
    """

    def __init__(
        self,
        config: LiteLLMConfig,
        transport: AsyncTransport | None = None,
        hooks: Hooks = NO_HOOKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = config.base_url
        self._transport = Transport(config, transport, hooks.trace_headers)
        self._caller = Caller(config, self._transport, hooks, clock)
        self._release: Release | None = None
        self._version: str | None = None
        self.users = Users(self._caller)
        self.keys = Keys(self._caller)
        self.teams = Teams(self._caller)
        self.models = Models(self._caller)
        self.activity = ActivityReports(self._caller, self._has_ordered_pages)
        self.spend_logs = SpendLogs(self._caller)
        self.spend = GatewaySpend(self._caller, self._has_ordered_pages, self.activity)
        self.vector_stores = VectorStores(self._caller)
        self.mcp_servers = McpServers(self._caller)
        self.health = Health(self._caller)

    async def release(self, *, refresh: bool = False) -> Release:
        """Return the gateway's release and its capabilities, cached after the first call. Raises ReleaseRefused."""
        if self._release is None or refresh:
            self._release = await find_release(self._caller)
        return self._release

    @property
    def breaker(self) -> CircuitBreaker:
        """The circuit breaker. Read its state only."""
        return self._caller.breaker

    async def refuse_unsupported(self) -> None:
        """Raise ReleaseRefused for a compromised or unsupported release. Much cheaper than `release`."""
        self._version = await find_version(self._caller)

    async def _has_ordered_pages(self) -> bool:
        if self._version is None:
            self._version = await find_version(self._caller)
        return has_ordered_pages(self._version)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"LiteLLM({self._base_url!r})"
