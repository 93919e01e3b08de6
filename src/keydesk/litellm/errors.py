"""Every way a call to LiteLLM can fail. Texts are safe to log: they contain no key, hash or credential.

LiteLLMError
├── Unreachable           no connection, or the connection failed
├── TimedOut              no response in time
│   └── PoolExhausted     no free connection in time; says nothing about LiteLLM
├── BreakerOpen           not sent, after repeated failures (retry_after_seconds)
├── Rejected              an error response (status, message, param)
│   ├── BadRequest        400, 422 and other 4xx: the request is not valid
│   ├── NotFound          404: no such object, or (route_missing) no such route in this release
│   ├── Conflict          409, or an older release's 400 or 500 that means "already exists"
│   ├── CredentialRefused 401, 403: the master key is wrong or lacks permission
│   ├── EnterpriseOnly    requires a LiteLLM Enterprise license
│   ├── RateLimited       429 (retry_after_seconds)
│   └── UpstreamFailed    5xx (retry_after_seconds, often None)
├── UnexpectedAnswer      not a LiteLLM response: HTML, truncated, a redirect, too large, unexpected members
├── TooManyPages          a list with more pages than the limit; no partial list is returned
└── ReleaseRefused        the gateway runs a release that is compromised or too old for Keydesk
"""


# ruff: noqa: N818 - the names in the tree describe the failure; the suffix "Error" would add nothing.


class LiteLLMError(Exception):
    """Base class of all errors of a call to LiteLLM."""


class Unreachable(LiteLLMError):
    """The connection failed. `nothing_sent` is True if LiteLLM cannot have received the request."""

    def __init__(self, message: str, *, nothing_sent: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent


class TimedOut(LiteLLMError):
    """LiteLLM did not respond in time. `nothing_sent` is True if LiteLLM cannot have received the request."""

    def __init__(self, message: str, *, nothing_sent: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent


class PoolExhausted(TimedOut):
    """No connection was free in time. The request was not sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, nothing_sent=True)


class BreakerOpen(LiteLLMError):
    """The circuit breaker is open after repeated failures. The request was not sent."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"LiteLLM failed repeatedly; no calls for another {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class Rejected(LiteLLMError):
    """LiteLLM returned an error. `param` is the name of the invalid member if it is known."""

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        super().__init__(f"LiteLLM returned {status}: {message}" if message else f"LiteLLM returned {status}")
        self.status = status
        self.message = message
        self.param = param


class BadRequest(Rejected):
    """The request is not valid."""


class NotFound(Rejected):
    """The object does not exist or, if `route_missing`, this release has no such route."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, route_missing: bool = False
    ) -> None:
        super().__init__(status, message, param)
        self.route_missing = route_missing


class Conflict(Rejected):
    """An object with this id, email or alias already exists; `param` says which."""


class CredentialRefused(Rejected):
    """The master key is wrong or lacks permission."""


class EnterpriseOnly(Rejected):
    """The request requires a LiteLLM Enterprise license."""


class RateLimited(Rejected):
    """Too many requests. `retry_after_seconds` is None if LiteLLM did not send it."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(status, message, param)
        self.retry_after_seconds = retry_after_seconds


class UpstreamFailed(Rejected):
    """LiteLLM or a proxy in front of it failed. `retry_after_seconds` is None if LiteLLM did not send it."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(status, message, param)
        self.retry_after_seconds = retry_after_seconds


class UnexpectedAnswer(LiteLLMError):
    """The response is not one of LiteLLM's: HTML, truncated, a redirect, too large, or with unexpected members."""


class TooManyPages(LiteLLMError):
    """The list has more pages than the limit. No partial list is returned, because it would look complete.

    `total_pages` is the number of pages, or 0 if it is unknown.
    """

    def __init__(self, route: str, max_pages: int, total_pages: int = 0) -> None:
        super().__init__(f"{route} has more than {max_pages} pages")
        self.route = route
        self.max_pages = max_pages
        self.total_pages = total_pages


class ReleaseRefused(LiteLLMError):
    """The gateway runs a release that Keydesk does not support. The text gives the reason, without a full stop."""
