"""Checks before a model call: access, budgets and rates, in LiteLLM's order. Refusals are recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from keydesk_sandbox.call import Call
from keydesk_sandbox.chat.formats import Format, Json
from keydesk_sandbox.chat.requests import UnknownModelError
from keydesk_sandbox.errors import GatewayError
from keydesk_sandbox.models.catalogue import Model
from keydesk_sandbox.spending.apis import Api
from keydesk_sandbox.spending.budgets import check_key, check_owner, check_team
from keydesk_sandbox.spending.failures import Target, record_failure
from keydesk_sandbox.spending.rates import Counted, Demand, check_rates


@dataclass(frozen=True, slots=True)
class Admission:
    """An admitted call: the model, its requested name, and the rate limits it was counted in."""

    model: Model
    name: str
    counted: list[Counted]


def admit(call: Call, payload: Json, form: Format, prompt_tokens: int) -> Admission:
    """Return the admitted call, or record the refusal and raise it."""
    name, model = _asked_model(call, payload)
    with _recording(call, Target.of(model, name, form.api)):
        _check_grants(call, name)
        counted = check_rates(call, Demand(str(name), prompt_tokens, _asked_for(payload)))
        if model is None:
            raise form.refusal(_with_call_headers(UnknownModelError(form.api.route, str(name))))
    return Admission(model, str(name), counted)


def check_reach(call: Call, payload: Json, api: Api) -> None:
    """Raise, and record, if the caller may not use the model of a call without cost."""
    name, model = _asked_model(call, payload)
    with _recording(call, Target.of(model, name, api)):
        _check_grants(call, name)


def _asked_model(call: Call, payload: Json) -> tuple[str | None, Model | None]:
    asked = payload.get("model")
    name = None if asked is None else str(asked)
    return name, None if name is None else call.gateway.catalogue.find(name)


@contextmanager
def _recording(call: Call, target: Target) -> Iterator[None]:
    try:
        yield
    except GatewayError as error:
        record_failure(call, error, target)
        raise


def _check_grants(call: Call, name: str | None) -> None:
    check_key(call, name)
    check_team(call, name)
    check_owner(call, name)


def _asked_for(payload: Json) -> int | None:
    """Return the maximum number of tokens of the response, if the request has one."""
    names = ("max_completion_tokens", "max_output_tokens", "max_tokens")
    asked = next((payload[name] for name in names if name in payload), None)
    return asked if isinstance(asked, int) else None


def _with_call_headers(error: UnknownModelError) -> UnknownModelError:
    error.headers.update(
        {"x-litellm-call-id": str(uuid4()), "x-litellm-response-cost": "0", "x-litellm-key-spend": "0.0"}
    )
    return error
