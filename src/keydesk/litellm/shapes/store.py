"""Vector stores and MCP servers that a team can use."""

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered


class VectorStore(Answered):
    """One vector store in `/vector_store/list`."""

    vector_store_id: str
    name: str | None = Field(default=None, validation_alias=AliasChoices("vector_store_name", "name"))
    description: str | None = Field(
        default=None, validation_alias=AliasChoices("vector_store_description", "description")
    )
    provider: str | None = Field(
        default=None, validation_alias=AliasChoices("custom_llm_provider", "provider")
    )


class McpServer(Answered):
    """One MCP server in `/v1/mcp/server`. Its credentials are not read."""

    server_id: str
    server_name: str | None = None
    alias: str | None = None
    description: str | None = None
    url: str | None = Field(default=None, repr=False)
    access_groups: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("mcp_access_groups", "access_groups")
    )

    @property
    def name(self) -> str:
        """The display name: the alias, else the name, else the id."""
        return self.alias or self.server_name or self.server_id
