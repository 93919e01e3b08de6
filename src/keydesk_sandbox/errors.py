"""The errors LiteLLM answers with, in its four shapes. The texts are part of the contract and must not be changed.

GatewayError
 |- ProxyError       {"error": {"message", "type", "param", "code"}}
 |- AnthropicError   {"type": "error", "error": {"type", "message"}}
 |- DetailError      {"detail": {"error": ...}} or {"detail": "..."}
 |- InvalidError     {"detail": [{"type", "loc", "msg"}]}
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

ENTERPRISE: Final = (
    "You must be a LiteLLM Enterprise user to use this feature. If you have a license please set "
    "`LITELLM_LICENSE` in your env. Get a 7 day trial key here: https://www.litellm.ai/enterprise#trial. "
    "\nPricing: https://www.litellm.ai/#pricing"
)


class GatewayError(Exception):
    """An error response, including its `headers`."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON document LiteLLM sends for this error."""
        raise NotImplementedError


class ProxyError(GatewayError):
    """LiteLLM's own error object; `code` repeats the status as a string."""

    def __init__(self, status: int, message: str, kind: str, param: str | None = None) -> None:
        super().__init__(status, message)
        self.kind = kind
        self.param = param

    def body(self) -> dict[str, Any]:
        code = str(self.status)
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": code}}


class AnthropicError(GatewayError):
    """An error in the format of the Anthropic API.

    LiteLLM uses it only for errors of `/v1/messages` itself. Unknown keys, models that are not allowed, budgets and
    rate limits are refused before that, with a `ProxyError`.
    """

    def __init__(self, cause: ProxyError) -> None:
        super().__init__(cause.status, cause.message, cause.headers)
        self.cause = cause

    def body(self) -> dict[str, Any]:
        members = self.cause.body()["error"]
        kept = ("type", "message", "provider_specific_fields")
        return {"type": "error", "error": {name: members[name] for name in kept if name in members}}


class DetailError(GatewayError):
    """FastAPI's bare `detail`; `wrapped` puts the text under `detail.error`."""

    def __init__(self, status: int, message: str, *, wrapped: bool = True) -> None:
        super().__init__(status, message)
        self.wrapped = wrapped

    def body(self) -> dict[str, Any]:
        return {"detail": {"error": self.message} if self.wrapped else self.message}


class InvalidError(GatewayError):
    """A body or query with the wrong schema: 422 with one entry per error."""

    def __init__(self, faults: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(422, "validation failed")
        self.faults = [dict(fault) for fault in faults]

    def body(self) -> dict[str, Any]:
        return {"detail": self.faults}


def refused(message: str, status: int = 400) -> ProxyError:
    """Return the error whose message is a printed Python dict, as in LiteLLM's own exceptions."""
    return ProxyError(status, str({"error": message}), "invalid_request_error")


def forbidden(message: str) -> ProxyError:
    """Return a 403 with the action that is not allowed."""
    return ProxyError(403, message, "auth_error")


def null_metadata(schema: str) -> str:
    """Return LiteLLM's error for a key whose metadata is null, which cannot be used."""
    return (
        f"1 validation error for {schema}\nmetadata\n  Input should be a valid dictionary "
        "[type=dict_type, input_value=None, input_type=NoneType]"
    )


def unauthenticated(message: str) -> ProxyError:
    """Return a 401 with LiteLLM's usual prefix."""
    return ProxyError(401, f"Authentication Error, {message}", "auth_error")
