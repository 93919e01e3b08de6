"""Metadata of the current request, for logs and the audit log."""

from contextvars import ContextVar
from typing import NamedTuple


class RequestContext(NamedTuple):
    """The ids and addresses of a request. All fields are None outside of requests.

    Keydesk generates `request_id`, and `source` is the IP address of the connection. The claimed values are the
    unverified headers `X-Request-Id` and `X-Forwarded-For`.
    """

    request_id: str | None = None
    source: str | None = None
    claimed_request_id: str | None = None
    claimed_source: str | None = None


_current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 - immutable


def current_request() -> RequestContext:
    return _current.get()


enter_request = _current.set
"""Sets the current context of this task. Other requests are not affected."""
