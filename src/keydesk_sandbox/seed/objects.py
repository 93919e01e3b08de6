"""The demo's knowledge base and MCP server. Their names are on the demo's allowlists for teams."""

from datetime import datetime
from typing import Final

from starlette.applications import Starlette

from keydesk_sandbox import rows
from keydesk_sandbox.bodies import McpServerBody, VectorStoreBody
from keydesk_sandbox.call import MASTER_USER, Gateway
from keydesk_sandbox.objects.mcp_servers import mcp_server
from keydesk_sandbox.objects.records import add_object
from keydesk_sandbox.objects.vector_stores import vector_store
from keydesk_sandbox.rows import Database
from keydesk_sandbox.storage import Store
from keydesk_sandbox.teams.records import store_grants

_STORE: Final = VectorStoreBody(
    vector_store_id="handbook", custom_llm_provider="openai", vector_store_name="Handbook"
)
_SERVER: Final = McpServerBody(server_name="search", url="http://127.0.0.1:9/mcp", transport="http")


async def seed_objects(app: Starlette) -> None:
    """Register both in a sandbox with the demo's teams, and grant them to the platform team."""
    store: Store = app.state.store
    gateway: Gateway = app.state.gateway
    now = gateway.config.clock()
    await store.write(lambda db: _seed(db, now))


def _seed(db: Database, now: datetime) -> None:
    entries = (
        ("vector_store", "handbook", vector_store(_STORE, MASTER_USER)),
        ("mcp_server", "search", mcp_server("search", _SERVER, MASTER_USER)),
    )
    for kind, name, entry in entries:
        add_object(db, kind, name, entry, now)
    granted = store_grants(db, None, {"vector_stores": ["handbook"], "mcp_servers": ["search"]})
    rows.update(db, "teams", {"team_id": "platform"}, {"object_permission_id": granted})
