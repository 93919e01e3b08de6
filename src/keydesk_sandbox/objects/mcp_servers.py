"""`/v1/mcp/server`: registered MCP servers. Their health, tools and credentials are not simulated."""

from typing import Any, Final
from uuid import uuid4

from keydesk_sandbox.bodies import McpServerBody
from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.objects.records import add_object, find_object, list_objects, remove_object
from keydesk_sandbox.words import words

Json = dict[str, Any]

_KIND: Final = "mcp_server"

_ABSENT: Final = words(
    """
    spec_path auth_type credentials instructions pinned_tools last_health_check health_check_error command
    issuer authorization_url token_url registration_url oauth2_flow token_exchange_endpoint audience
    dcr_bridge byok_api_key_help_url has_user_credential connected_app_reachable source_url timeout
    max_concurrent_requests rpm submitted_by submitted_at reviewed_at review_notes
    """
)


def list_mcp_servers(call: Call) -> list[Json]:
    """Return `GET /v1/mcp/server`: a JSON array."""
    return [_listed(server) for server in list_objects(call, _KIND)]


def new_mcp_server(call: Call, body: McpServerBody) -> Answer:
    """Register a server (201); ids are unique."""
    name = body.server_id or str(uuid4())
    if find_object(call, _KIND, name) is not None:
        text = f"MCP Server with id {name} already exists. Cannot create another."
        raise DetailError(400, text)
    entry = mcp_server(name, body, call.caller.user_id)
    return Answer(add_object(call.db, _KIND, name, entry, call.now), 201)


def mcp_server(server_id: str, body: McpServerBody, user_id: str | None) -> Json:
    """Return the stored fields of an MCP server."""
    return {
        **_constant(),
        **body.model_dump(),
        "server_id": server_id,
        "alias": body.alias or body.server_name,
        "created_by": user_id,
        "updated_by": user_id,
    }


def get_mcp_server(call: Call) -> Json:
    """Return `GET /v1/mcp/server/{server_id}`."""
    name = call.request.path_params["server_id"]
    server = find_object(call, _KIND, name)
    if server is None:
        raise DetailError(404, f"MCP Server with id {name} not found")
    return _listed(server)


def delete_mcp_server(call: Call) -> Answer:
    """Delete a server (202, without a body)."""
    name = call.request.path_params["server_id"]
    if not remove_object(call, _KIND, name):
        raise DetailError(404, f"MCP Server not found, passed server_id={name}")
    return Answer("", 202, media_type="text/plain")


def _constant() -> Json:
    lists = ("teams", "mcp_access_groups", "allowed_tools", "extra_headers", "env_vars", "args")
    flags = (
        "is_config", "allow_all_keys", "delegate_auth_to_upstream", "oauth_passthrough",
        "per_server_oauth_discovery", "is_byok",
    )  # fmt: skip
    return {
        **dict.fromkeys(_ABSENT),
        **{name: [] for name in (*lists, "byok_description")},
        **dict.fromkeys(flags, False),
        **{name: {} for name in ("tool_name_to_display_name", "tool_name_to_description", "static_headers")},
        "mcp_info": {"is_public": False, "is_public_explicit": False},
        "env": {},
        "status": "unknown",
        "subject_token_type": None,
        "token_exchange_profile": None,
        "available_on_public_internet": True,
        "approval_status": "active",
    }


def _listed(server: Json) -> Json:
    """Return a server as in the list: without its creator, and without health information."""
    unknown = (
        "created_by", "updated_by", "status", "tool_name_to_display_name", "tool_name_to_description",
        "static_headers", "env_vars",
    )  # fmt: skip
    return {
        **server,
        **dict.fromkeys(unknown),
        "mcp_info": {"server_name": server["server_name"], **server["mcp_info"]},
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_exchange_profile": "rfc8693",
    }
