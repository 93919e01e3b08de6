"""A line of `/spend/logs`, without the price map and the traces of LiteLLM's lines."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from keydesk_sandbox import clock
from keydesk_sandbox.call import Call
from keydesk_sandbox.spending.ledger import Usage

_METADATA: Final = (
    "max_retries",
    "batch_models",
    "cost_breakdown",
    "error_information",
    "guardrail_information",
    "proxy_server_request",
    "spend_logs_metadata",
    "user_api_key_org_id",
    "user_api_key_team_alias",
)


_SETTLED: Final[dict[str, Any]] = {
    "api_base": "", "cache_hit": "False", "cache_key": "Cache OFF", "request_tags": [], "organization_id": "",
    "end_user": "", "requester_ip_address": "127.0.0.1", "messages": {}, "response": {},
    "mcp_namespaced_tool_name": None, "billing_agent_id": None, "agent_id": None, "proxy_server_request": {},
}  # fmt: skip


def log_entry(call: Call, usage: Usage, call_id: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spend log line of one call."""
    call_type = usage.call_type if usage.model else call.request.path
    entry = entry_of(usage, call_id, _metadata(call, usage, call_id, metadata))
    return {**entry, "call_type": call_type, "model_id": metadata.get("model_id", "")}


def entry_of(usage: Usage, call_id: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of usage with complete metadata."""
    ended = clock.zulu(clock.stored(usage.at + timedelta(milliseconds=usage.duration_ms)))
    return {
        **_SETTLED,
        "request_id": usage.request_id,
        "call_type": usage.call_type,
        "api_key": usage.token,
        "spend": usage.spend,
        **_tokens(usage),
        "startTime": clock.zulu(clock.stored(usage.at)),
        **dict.fromkeys(("endTime", "completionStartTime", "created_at", "updated_at"), ended),
        "request_duration_ms": usage.duration_ms,
        "model": usage.model,
        "model_id": "",
        "model_group": usage.model_group,
        "custom_llm_provider": usage.provider,
        "user": usage.user_id,
        "metadata": metadata,
        "team_id": usage.team_id,
        **dict.fromkeys(("session_id", "litellm_call_id"), call_id),
        "status": "success" if usage.success else "failure",
    }


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }


def _metadata(call: Call, usage: Usage, call_id: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    key, user = call.caller.key, call.caller.user
    return {
        **dict.fromkeys(_METADATA),
        "status": None if usage.success else "failure",
        "user_agent": call.request.headers.get("user-agent"),
        "usage_object": _tokens(usage) if usage.success else {},
        "user_api_key": usage.token,
        "litellm_call_id": call_id,
        "applied_guardrails": [],
        "user_api_key_alias": key["key_alias"] if key else None,
        "requester_ip_address": "127.0.0.1",
        "user_api_key_team_id": usage.team_id or None,
        "user_api_key_user_id": usage.user_id or None,
        "user_api_key_user_email": user["user_email"] if user else None,
        **metadata,
    }
