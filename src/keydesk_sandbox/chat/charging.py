"""The cost of a call, in the ledger and in LiteLLM's headers."""

from dataclasses import replace
from uuid import uuid4

from keydesk_sandbox.call import Call
from keydesk_sandbox.chat.formats import Exchange
from keydesk_sandbox.chat.gate import Admission
from keydesk_sandbox.config import LITELLM_VERSION
from keydesk_sandbox.spending.apis import Api
from keydesk_sandbox.spending.ledger import Usage
from keydesk_sandbox.spending.logs import log_entry

_DURATION_MS = 4


def charge(call: Call, admission: Admission, api: Api, exchange: Exchange) -> dict[str, str]:
    """Add the cost to the ledger; return the response headers."""
    model = admission.model
    input_cost = exchange.prompt_tokens * model.input_cost_per_token
    output_cost = exchange.completion_tokens * model.output_cost_per_token
    total = input_cost + output_cost
    call_id = str(uuid4())
    usage = replace(_usage(call, admission, api, exchange), spend=total)
    costs = {"input_cost": input_cost, "output_cost": output_cost, "total_cost": total}
    entry = log_entry(call, usage, call_id, {"cost_breakdown": costs, "model_id": model.id})
    call.gateway.ledger.add(replace(usage, entry=entry))
    headers = _rate_headers(admission)
    for each in admission.counted:
        each.use(exchange.total_tokens)
    return {
        **_call_headers(admission, call_id),
        **_cost_headers(input_cost, output_cost),
        **_key_headers(call, total),
        **headers,
    }


def _usage(call: Call, admission: Admission, api: Api, exchange: Exchange) -> Usage:
    caller, key = call.caller, call.caller.key
    return Usage(
        at=call.now,
        token=caller.token,
        user_id=caller.user_id or "",
        team_id=(key["team_id"] if key else None) or "",
        model=admission.model.upstream,
        model_group=admission.name,
        provider=admission.model.provider,
        endpoint=api.endpoint,
        call_type=api.call_type,
        success=True,
        prompt_tokens=exchange.prompt_tokens,
        completion_tokens=exchange.completion_tokens,
        duration_ms=_DURATION_MS,
        request_id=exchange.request_id,
    )


def _call_headers(admission: Admission, call_id: str) -> dict[str, str]:
    model = admission.model
    host = "api.anthropic.com" if model.provider == "anthropic" else "api.openai.com"
    return {
        "x-litellm-call-id": call_id,
        "x-litellm-model-id": model.id,
        "x-litellm-model-name": model.upstream,
        "x-litellm-model-api-base": f"https://{host}",
        "x-litellm-version": LITELLM_VERSION,
        "x-litellm-model-group": admission.name,
        "x-litellm-attempted-retries": "0",
        "x-litellm-attempted-fallbacks": "0",
        "x-litellm-response-duration-ms": str(float(_DURATION_MS)),
        "x-litellm-callback-duration-ms": "0.0",
    }


def _cost_headers(input_cost: float, output_cost: float) -> dict[str, str]:
    total = str(input_cost + output_cost)
    return {
        "x-litellm-response-cost": total,
        "x-litellm-response-cost-original": total,
        "x-litellm-response-cost-discount-amount": "0.0",
        "x-litellm-response-cost-margin-amount": "0.0",
        "x-litellm-response-cost-margin-percent": "0.0",
        "x-litellm-response-cost-input": str(input_cost),
        "x-litellm-response-cost-output": str(output_cost),
        "x-litellm-response-cost-tool-usage": "0.0",
    }


def _key_headers(call: Call, cost: float) -> dict[str, str]:
    """Return the limits of the key, if set, and its spend including this call."""
    key = call.caller.key
    if key is None:
        return {"x-litellm-key-spend": str(cost)}
    spend = key["spend"] + call.gateway.ledger.pending("key", key["token"])
    headers = {"x-litellm-key-spend": str(spend)}
    for name, column in (
        ("tpm-limit", "tpm_limit"),
        ("rpm-limit", "rpm_limit"),
        ("max-budget", "max_budget"),
    ):
        if key[column] is not None:
            headers[f"x-litellm-key-{name}"] = str(key[column])
    return headers


def _rate_headers(admission: Admission) -> dict[str, str]:
    headers = {}
    for each in admission.counted:
        requests, tokens = each.limits.get("rpm_limit"), each.limits.get("tpm_limit")
        prefix = f"x-ratelimit-{each.scope}"
        if requests is not None:
            headers[f"{prefix}-remaining-requests"] = str(max(0, requests - each.window.requests))
            headers[f"{prefix}-limit-requests"] = str(requests)
        if tokens is not None:
            headers[f"{prefix}-remaining-tokens"] = str(each.remaining_tokens)
            headers[f"{prefix}-limit-tokens"] = str(tokens)
    return headers
