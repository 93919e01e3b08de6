"""`/mcp`: one MCP endpoint for the servers granted to a key, with one tool for each of them.

The registered servers are not called: the tool returns the question. Each message is handled separately, as the
Streamable HTTP transport allows, so there are no sessions and no streams.
"""

import json
from typing import Any, Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.formats import data
from keydesk_sandbox.chat.requests import read_payload
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.objects.records import Json, list_objects
from keydesk_sandbox.teams.records import find_grants

_VERSION: Final = "2025-06-18"
_METHOD_NOT_FOUND: Final = -32601
_NO_SERVERS: Final = (
    "The key has no MCP servers granted, or none of its granted servers is loaded and allowed for this client IP. "
    "Grant servers or access groups to the key, its team, or its organization (object_permission.mcp_servers), "
    "check the server's allowed IPs, and reconnect."
)


def answer_mcp(call: Call) -> Answer:
    """Respond to one JSON-RPC message; notifications get an empty 202."""
    message = read_payload(call)
    if "id" not in message:
        return Answer("", 202, media_type="text/plain")
    answered = {"jsonrpc": "2.0", "id": message["id"], **_outcome(call, message)}
    return Answer(
        f"event: message\n{data(answered)}", 200, {"cache-control": "no-cache"}, "text/event-stream"
    )


def refuse_mcp_stream(_call: Call) -> Answer:
    """Refuse a stream of messages, as the transport requires."""
    return Answer({"detail": "Method Not Allowed"}, 405, {"allow": "POST"})


def _outcome(call: Call, message: Json) -> Json:
    method, params = message.get("method"), message.get("params")
    params = params if isinstance(params, dict) else {}
    servers = _granted(call)
    if method == "initialize":
        return {"result": _initialized(servers, params)}
    if method == "tools/list":
        return {"result": {"tools": [_tool(server) for server in servers]}}
    if method == "tools/call":
        return {"result": _called(servers, params)}
    if method == "ping":
        return {"result": {}}
    return {"error": {"code": _METHOD_NOT_FOUND, "message": "Method not found"}}


def _granted(call: Call) -> list[Json]:
    """Return the servers of the caller's team, or all for proxy admins. Other callers have none."""
    servers = list_objects(call, "mcp_server")
    if call.caller.is_admin:
        return servers
    grants = find_grants(call.db, call.caller.team) if call.caller.team else None
    ids = grants["grants"].get("mcp_servers") if grants else None
    return [server for server in servers if server["server_id"] in (ids or [])]


def _initialized(servers: list[Json], params: Json) -> Json:
    if not servers:
        raise DetailError(403, _NO_SERVERS)
    return {
        "protocolVersion": params.get("protocolVersion", _VERSION),
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "litellm-mcp-server", "version": "1.0.0"},
    }


def _tool(server: Json) -> Json:
    properties = {"query": {"type": "string", "description": "What to look for"}}
    return {
        "name": f"{_prefix(server)}-search",
        "description": server["description"] or f"Search {_prefix(server)}.",
        "inputSchema": {"type": "object", "properties": properties, "required": ["query"]},
    }


def _called(servers: list[Json], params: Json) -> Json:
    server = next((each for each in servers if _tool(each)["name"] == params.get("name")), None)
    if server is None:
        return _text("Error: User not allowed to call this tool.", is_error=True)
    arguments: Any = params.get("arguments")
    return _text(f"{_prefix(server)} found nothing for {json.dumps(arguments)}.", is_error=False)


def _text(text: str, *, is_error: bool) -> Json:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


def _prefix(server: Json) -> str:
    """Return LiteLLM's prefix of the names of a server's tools."""
    return str(server["alias"] or server["server_name"] or server["server_id"])
