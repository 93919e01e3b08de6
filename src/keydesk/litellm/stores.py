"""The calls about vector stores and MCP servers: which there are. They are set up in LiteLLM itself."""

from keydesk.litellm.answer import Answer
from keydesk.litellm.calling import Caller
from keydesk.litellm.paging import PagedList
from keydesk.litellm.shapes.store import McpServer, VectorStore

_PAGE_SIZE = 100


class VectorStores:
    """Reach it as `gateway.vector_stores`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        max_pages = caller.config.max_pages
        self._listed = PagedList("/vector_store/list", VectorStore, "data", "vector_store_id", max_pages)

    async def list(self) -> list[VectorStore]:
        """Return every vector store. `/vector_store/list`, all pages."""

        async def fetch(page: int) -> Answer:
            return await self._caller.get("/vector_store/list", page=page, page_size=_PAGE_SIZE)

        return await self._listed.read(fetch)


class McpServers:
    """Reach it as `gateway.mcp_servers`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> list[McpServer]:
        """Return every MCP server the master key may see. `/v1/mcp/server`."""
        answer = await self._caller.get("/v1/mcp/server")
        return [*answer.read_each(McpServer, answer.json())]
