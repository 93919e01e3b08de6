"""Metadata of the current request, for logs and the audit log."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The ids and addresses of a request. All fields are None outside of requests.

    Keydesk generates `request_id`, and `source` is the IP address of the connection. The claimed values are the
    unverified headers `X-Request-Id` and `X-Forwarded-For`.
    """

    request_id: str | None = None
    source: str | None = None
    claimed_request_id: str | None = None
    claimed_source: str | None = None


_current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 - frozen


def current_request() -> RequestContext:
    return _current.get()


def enter_request(context: RequestContext) -> None:
    """Set `context` as the current context of this task. Other requests are not affected."""
    _current.set(context)
