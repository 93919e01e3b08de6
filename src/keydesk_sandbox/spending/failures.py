"""Records refused calls: they count as requests without spend."""

import json
from dataclasses import dataclass, replace
from typing import Self
from uuid import uuid4

from keydesk_sandbox.call import Access, Call, Endpoint
from keydesk_sandbox.errors import GatewayError
from keydesk_sandbox.models.catalogue import Model
from keydesk_sandbox.spending.apis import Api, api_at
from keydesk_sandbox.spending.error_information import error_information
from keydesk_sandbox.spending.ledger import Usage
from keydesk_sandbox.spending.logs import log_entry


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a refused call; empty for calls of the management API."""

    model: str = ""
    model_group: str = ""
    provider: str = ""
    endpoint: str = ""
    call_type: str = ""

    @classmethod
    def of(cls, model: Model | None, name: object, api: Api) -> Self:
        """Return the target of a model call; an unknown model name is recorded unchanged."""
        named = (api.endpoint, api.call_type)
        if model is None:
            return cls(str(name or ""), str(name or ""), "", *named)
        return cls(model.upstream, model.name, model.provider, *named)


def record_failure(call: Call, error: GatewayError, target: Target) -> None:
    """Count a refused call against its key."""
    caller, key = call.caller, call.caller.key
    usage = Usage(
        at=call.now,
        token=caller.token,
        user_id=caller.user_id or "",
        team_id=(key["team_id"] if key else None) or "",
        model=target.model,
        model_group=target.model_group,
        provider=target.provider,
        endpoint=target.endpoint,
        call_type=target.call_type,
        success=False,
        request_id=str(uuid4()),
    )
    information = error_information(error)
    entry = log_entry(call, usage, usage.request_id, {"error_information": information})
    call.gateway.ledger.add(replace(usage, entry=entry))


def record_refused_key(call: Call, endpoint: Endpoint, error: GatewayError) -> None:
    """Count any call with a blocked or expired key."""
    if endpoint.access is not Access.LLM or not endpoint.writes:
        record_failure(call, error, Target())
        return
    try:
        payload = json.loads(call.request.content)
        name = payload.get("model")
    except (ValueError, AttributeError):
        name = None
    model = call.gateway.catalogue.find(str(name))
    record_failure(call, error, Target.of(model, name, api_at(call.request.path)))
