"""What is known of the request being served, for logs and the audit record."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What Keydesk knows of a request, and what the caller says of it. All of it is None outside of requests.

    `request_id` is made by Keydesk, and `source` is the address at the other end of the connection. The claims
    are headers, which anybody can send: `X-Request-Id`, and `X-Forwarded-For` as it came.
    """

    request_id: str | None = None
    source: str | None = None
    claimed_request_id: str | None = None
    claimed_source: str | None = None


_current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 - frozen


def current_request() -> RequestContext:
    return _current.get()


def enter_request(context: RequestContext) -> None:
    """Make `context` the current one for this task; tasks of other requests are not affected."""
    _current.set(context)
