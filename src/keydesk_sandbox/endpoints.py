"""All routes of the gateway: method, path, handler, access and body."""

from typing import Final

from keydesk_sandbox import bodies, health
from keydesk_sandbox.activity import routes as activity
from keydesk_sandbox.call import Access, Endpoint
from keydesk_sandbox.chat.completions import complete_chat
from keydesk_sandbox.chat.embeddings import embed
from keydesk_sandbox.chat.gemini import count_content, generate_content, stream_content
from keydesk_sandbox.chat.messages import count_tokens, create_message
from keydesk_sandbox.chat.responses import create_response
from keydesk_sandbox.keys import change as key_change
from keydesk_sandbox.keys.generate import generate_key
from keydesk_sandbox.keys.listing import list_keys
from keydesk_sandbox.keys.read import get_key_info, list_aliases
from keydesk_sandbox.keys.removal import delete_keys
from keydesk_sandbox.keys.reset import regenerate_key, reset_spend
from keydesk_sandbox.models import routes as models
from keydesk_sandbox.models import stored
from keydesk_sandbox.objects import mcp_servers, vector_stores
from keydesk_sandbox.objects.mcp_endpoint import answer_mcp, refuse_mcp_stream
from keydesk_sandbox.objects.search import search_vector_store
from keydesk_sandbox.spending.log_pages import page_spend_logs
from keydesk_sandbox.spending.routes import list_spend_by_day, list_spend_logs
from keydesk_sandbox.teams import change as team_change
from keydesk_sandbox.teams import members
from keydesk_sandbox.teams.new import delete_teams, new_team
from keydesk_sandbox.teams.read import get_team_info, list_teams, list_teams_v2
from keydesk_sandbox.users.change import delete_users, update_user
from keydesk_sandbox.users.new import new_user
from keydesk_sandbox.users.read import get_user_info, get_v2_user_info, list_users

ENDPOINTS: Final = (
    Endpoint("POST", "/user/new", new_user, Access.ADMIN, bodies.UserBody),
    Endpoint("POST", "/user/update", update_user, Access.ADMIN, bodies.UserUpdateBody, settles=True),
    Endpoint("POST", "/user/delete", delete_users, Access.ADMIN, bodies.UserNames, settles=True),
    Endpoint("GET", "/user/info", get_user_info, Access.SELF),
    Endpoint("GET", "/v2/user/info", get_v2_user_info, Access.SELF),
    Endpoint("GET", "/user/list", list_users, Access.SELF),
    Endpoint("POST", "/key/generate", generate_key, Access.SELF, bodies.KeyBody),
    Endpoint("GET", "/key/info", get_key_info, Access.SELF),
    Endpoint("GET", "/key/list", list_keys, Access.SELF),
    Endpoint("GET", "/key/aliases", list_aliases, Access.SELF),
    Endpoint("POST", "/key/update", key_change.update_key, Access.SELF, bodies.KeyUpdateBody, settles=True),
    Endpoint("POST", "/key/block", key_change.block_key, Access.SELF, bodies.KeyName),
    Endpoint("POST", "/key/unblock", key_change.unblock_key, Access.SELF, bodies.KeyName),
    Endpoint("POST", "/key/delete", delete_keys, Access.SELF, bodies.KeyNames, settles=True),
    Endpoint("POST", "/key/regenerate", regenerate_key, Access.SELF, bodies.RegenerateBody),
    Endpoint("POST", "/key/{key}/regenerate", regenerate_key, Access.SELF, bodies.RegenerateBody),
    Endpoint("POST", "/key/{key}/reset_spend", reset_spend, Access.SELF, bodies.ResetSpend, settles=True),
    Endpoint("POST", "/team/new", new_team, Access.ADMIN, bodies.TeamBody),
    Endpoint("GET", "/team/info", get_team_info, Access.SELF),
    Endpoint("GET", "/team/list", list_teams, Access.SELF),
    Endpoint("GET", "/v2/team/list", list_teams_v2, Access.SELF),
    Endpoint("POST", "/team/update", team_change.update_team, Access.SELF, bodies.TeamUpdateBody),
    Endpoint("POST", "/team/delete", delete_teams, Access.ADMIN, bodies.TeamNames, settles=True),
    Endpoint("POST", "/team/block", team_change.block_team, Access.ADMIN, bodies.TeamName),
    Endpoint("POST", "/team/unblock", team_change.unblock_team, Access.ADMIN, bodies.TeamName),
    Endpoint("POST", "/team/member_add", members.add_members, Access.SELF, bodies.MemberAdd),
    Endpoint(
        "POST", "/team/member_delete", members.delete_member, Access.SELF, bodies.MemberDelete, settles=True
    ),
    Endpoint("POST", "/team/member_update", members.update_member, Access.SELF, bodies.MemberUpdate),
    Endpoint("GET", "/model/info", models.get_model_info, Access.LLM),
    Endpoint("GET", "/v1/model/info", models.get_model_info, Access.LLM),
    Endpoint("GET", "/v2/model/info", models.get_v2_model_info, Access.SELF),
    Endpoint("GET", "/model_group/info", models.get_model_groups, Access.LLM),
    Endpoint("GET", "/v1/models", models.list_models, Access.LLM),
    Endpoint("GET", "/models", models.list_models, Access.LLM),
    Endpoint("POST", "/model/new", stored.new_model, Access.ADMIN, bodies.ModelBody),
    Endpoint("POST", "/model/delete", stored.delete_model, Access.ADMIN, bodies.ModelId),
    Endpoint("GET", "/user/daily/activity", activity.user_activity, Access.SELF),
    Endpoint("GET", "/user/daily/activity/aggregated", activity.user_activity_aggregated, Access.SELF),
    Endpoint("GET", "/team/daily/activity", activity.team_activity, Access.SELF),
    Endpoint("GET", "/team/daily/activity/aggregated", activity.team_activity_aggregated, Access.SELF),
    Endpoint("GET", "/spend/logs", list_spend_logs, Access.SELF),
    Endpoint("GET", "/global/spend/logs", list_spend_by_day, Access.ADMIN),
    Endpoint("GET", "/spend/logs/v2", page_spend_logs, Access.SELF),
    Endpoint("GET", "/audit", health.list_audit, Access.ADMIN),
    *(
        Endpoint("GET", f"/{subject}/spend/report", health.refuse_report, Access.ADMIN)
        for subject in ("user", "team", "key")
    ),
    Endpoint("GET", "/vector_store/list", vector_stores.list_vector_stores, Access.LLM),
    Endpoint("GET", "/v1/vector_store/list", vector_stores.list_vector_stores, Access.LLM),
    Endpoint("POST", "/v1/vector_stores/{vector_store_id}/search", search_vector_store, Access.LLM),
    Endpoint(
        "POST", "/vector_store/new", vector_stores.new_vector_store, Access.ADMIN, bodies.VectorStoreBody
    ),
    Endpoint(
        "POST", "/vector_store/info", vector_stores.get_vector_store, Access.LLM, bodies.VectorStoreName
    ),
    Endpoint(
        "POST",
        "/vector_store/delete",
        vector_stores.delete_vector_store,
        Access.ADMIN,
        bodies.VectorStoreName,
    ),
    Endpoint("GET", "/v1/mcp/server", mcp_servers.list_mcp_servers, Access.LLM),
    Endpoint("POST", "/v1/mcp/server", mcp_servers.new_mcp_server, Access.ADMIN, bodies.McpServerBody),
    Endpoint("GET", "/v1/mcp/server/{server_id}", mcp_servers.get_mcp_server, Access.LLM),
    Endpoint("DELETE", "/v1/mcp/server/{server_id}", mcp_servers.delete_mcp_server, Access.ADMIN),
    *(Endpoint("POST", path, answer_mcp, Access.LLM) for path in ("/mcp", "/mcp/")),
    *(Endpoint("GET", path, refuse_mcp_stream, Access.LLM) for path in ("/mcp", "/mcp/")),
    Endpoint("GET", "/health/liveliness", health.liveliness, Access.OPEN),
    Endpoint("GET", "/health/liveness", health.liveliness, Access.OPEN),
    Endpoint("GET", "/health/readiness", health.readiness, Access.OPEN),
    Endpoint("GET", "/health/readiness/details", health.readiness_details, Access.LLM),
    *(
        Endpoint("POST", f"{prefix}/{path}", handle, Access.LLM)
        for prefix in ("/v1", "")
        for path, handle in (
            ("chat/completions", complete_chat),
            ("embeddings", embed),
            ("responses", create_response),
        )
    ),
    Endpoint("POST", "/v1/messages", create_message, Access.LLM),
    Endpoint("POST", "/v1/messages/count_tokens", count_tokens, Access.LLM),
    *(
        Endpoint("POST", f"{prefix}/models/{{model:path}}:{action}", handle, Access.LLM)
        for prefix in ("/v1beta", "")
        for action, handle in (
            ("generateContent", generate_content),
            ("streamGenerateContent", stream_content),
            ("countTokens", count_content),
        )
    ),
)
"""LiteLLM has about 700 routes; these are the ones that Keydesk and its users need."""
