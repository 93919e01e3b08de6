"""Whether a model call may go ahead: access, budgets, rates, in LiteLLM's order. Refusals are recorded."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from keydesk_sandbox.call import Call
from keydesk_sandbox.chat.requests import UnknownModelError
from keydesk_sandbox.errors import GatewayError
from keydesk_sandbox.models.catalogue import Model
from keydesk_sandbox.spending.budgets import check_key, check_owner, check_team
from keydesk_sandbox.spending.failures import Target, record_failure
from keydesk_sandbox.spending.rates import Counted, Demand, check_rates


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may go ahead: the model, the name it was asked for by, the rate limits it was counted in."""

    model: Model
    name: str
    counted: list[Counted]


def admit(call: Call, payload: dict[str, Any], route: str, prompt_tokens: int) -> Admission:
    """Return what the call needs, or record the refusal and raise it."""
    asked = payload.get("model")
    name = None if asked is None else str(asked)
    model = None if name is None else call.gateway.catalogue.find(name)
    try:
        check_key(call, name)
        check_team(call, name)
        check_owner(call, name)
        counted = check_rates(call, Demand(str(name), prompt_tokens, _asked_for(payload)))
        if model is None:
            raise _with_call_headers(UnknownModelError(route, str(name)))
    except GatewayError as error:
        record_failure(call, error, Target.of(model, name, route))
        raise
    return Admission(model, str(name), counted)


def _asked_for(payload: dict[str, Any]) -> int | None:
    """Return how many tokens the request allows for the answer, if it says so."""
    asked = payload.get("max_completion_tokens", payload.get("max_tokens"))
    return asked if isinstance(asked, int) else None


def _with_call_headers(error: UnknownModelError) -> UnknownModelError:
    error.headers.update(
        {"x-litellm-call-id": str(uuid4()), "x-litellm-response-cost": "0", "x-litellm-key-spend": "0.0"}
    )
    return error
