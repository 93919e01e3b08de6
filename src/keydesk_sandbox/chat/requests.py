"""Parses model calls, with LiteLLM's 400s for malformed ones."""

import json
from typing import Any

from keydesk_sandbox.call import Call
from keydesk_sandbox.chat.formats import Format
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.spending.failures import Target, record_failure

_KIND = "invalid_request_error"
_REASONS = {
    "Expecting property name enclosed in double quotes": "unexpected character, expected a string key",
    "Expecting value": "unexpected character",
}


def read_payload(call: Call) -> dict[str, Any]:
    """Return the decoded request; raises LiteLLM's 400 for anything but a JSON object."""
    try:
        payload = json.loads(call.request.content or b"{}")
    except ValueError as error:
        text = f"Invalid JSON payload: {_reason(error)}"
        raise ProxyError(400, text, _KIND, "request_body") from error
    if not isinstance(payload, dict):
        text = "Invalid JSON payload: expected an object"
        raise ProxyError(400, text, _KIND, "request_body")
    return payload


def require(call: Call, payload: dict[str, Any], form: Format, name: str) -> None:
    """Raise LiteLLM's 400, which counts as a failed request, if a required member is missing."""
    if payload.get(name) is None:
        text = f"{form.api.route}: Missing required parameter: '{name}'."
        error = form.refusal(ProxyError(400, text, _KIND, name))
        asked = payload.get("model")
        record_failure(call, error, Target.of(call.gateway.catalogue.find(str(asked)), asked, form.api))
        raise error


class UnknownModelError(ProxyError):
    """An unknown model name. The text appears twice in the body."""

    def __init__(self, route: str, name: str) -> None:
        text = (
            f"{route}: Invalid model name passed in model={name}. "
            "Call `/v1/models` to view available models for your key."
        )
        super().__init__(400, text, _KIND)

    def body(self) -> dict[str, Any]:
        body = super().body()
        body["error"]["provider_specific_fields"] = {"error": self.message}
        return body


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        wording = _REASONS.get(error.msg, error.msg)
        return f"{wording}: line {error.lineno} column {error.colno} (char {error.pos})"
    return str(error)
