"""The errors LiteLLM answers with, in its four shapes. The texts are part of the contract and stay verbatim.

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
    """An answer other than success; `headers` go out with it."""

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
    """A refusal in the words of the Anthropic API.

    LiteLLM answers so only what `/v1/messages` itself refuses. Unknown keys, models that are not allowed, budgets
    and rate limits are refused before, with a `ProxyError`.
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
    """A body or query of the wrong shape: 422 with one entry a fault."""

    def __init__(self, faults: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(422, "validation failed")
        self.faults = [dict(fault) for fault in faults]

    def body(self) -> dict[str, Any]:
        return {"detail": self.faults}


def refused(message: str, status: int = 400) -> ProxyError:
    """Return the error whose message is a printed Python dict, as LiteLLM's own exceptions end up."""
    return ProxyError(status, str({"error": message}), "invalid_request_error")


def forbidden(message: str) -> ProxyError:
    """Return a 403 that names what the caller may not do."""
    return ProxyError(403, message, "auth_error")


def null_metadata(schema: str) -> str:
    """Return what LiteLLM says of a key whose metadata was set to null; it works nowhere."""
    return (
        f"1 validation error for {schema}\nmetadata\n  Input should be a valid dictionary "
        "[type=dict_type, input_value=None, input_type=NoneType]"
    )


def unauthenticated(message: str) -> ProxyError:
    """Return a 401 with LiteLLM's customary opening words."""
    return ProxyError(401, f"Authentication Error, {message}", "auth_error")
