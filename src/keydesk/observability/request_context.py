"""What is known of the request being served, for logs and the audit record."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`request_id` is None outside of requests, as in jobs; `source` is the caller's network address."""

    request_id: str | None = None
    source: str | None = None


_current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 - frozen


def current_request() -> RequestContext:
    return _current.get()


def enter_request(context: RequestContext) -> None:
    """Make `context` the current one for this task; tasks of other requests are not affected."""
    _current.set(context)
