"""Every way a call to LiteLLM can fail. Texts are safe to log: no key, hash or credential is in them.

LiteLLMError
├── Unreachable           no connection, or it broke
├── TimedOut              no answer in time
│   └── PoolExhausted     no free connection in time; says nothing about LiteLLM
├── BreakerOpen           not asked: it has failed too often lately (retry_after_seconds)
├── Rejected              it answered with an error (status, message, param)
│   ├── BadRequest        400, 422 and other 4xx: it does not accept what was sent
│   ├── NotFound          404: there is no such object, or (route_missing) no such route in this release
│   ├── Conflict          409, or an older release's 400 or 500 that means "already exists"
│   ├── CredentialRefused 401, 403: the master key is wrong or may not do this
│   ├── EnterpriseOnly    it wants a licence for this
│   ├── RateLimited       429 (retry_after_seconds)
│   └── UpstreamFailed    5xx (retry_after_seconds, often None)
├── UnexpectedAnswer      an answer that is not LiteLLM's: HTML, cut off, a redirect, too large, wrong shape
├── TooManyPages          a list longer than the ceiling; nothing is returned rather than a part
└── ReleaseRefused        the gateway runs a release that is compromised, or older than Keydesk supports
"""


# ruff: noqa: N818 - the tree above reads as what happened; "Error" after every name would add nothing.


class LiteLLMError(Exception):
    """Anything that went wrong between here and LiteLLM."""


class Unreachable(LiteLLMError):
    """There was no connection, or it broke. `nothing_sent` tells that the request surely never arrived."""

    def __init__(self, message: str, *, nothing_sent: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent


class TimedOut(LiteLLMError):
    """No answer in time. `nothing_sent` tells that the request surely never arrived."""

    def __init__(self, message: str, *, nothing_sent: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent


class PoolExhausted(TimedOut):
    """Every connection was busy for too long. The request was not sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, nothing_sent=True)


class BreakerOpen(LiteLLMError):
    """LiteLLM failed too often lately and was not asked."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"LiteLLM failed repeatedly; no calls for another {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class Rejected(LiteLLMError):
    """LiteLLM answered with an error. `param` names the member at fault where that is known."""

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        super().__init__(f"LiteLLM returned {status}: {message}" if message else f"LiteLLM returned {status}")
        self.status = status
        self.message = message
        self.param = param


class BadRequest(Rejected):
    """It does not accept what was sent."""


class NotFound(Rejected):
    """There is no such object; or, if `route_missing`, this release has no such route."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, route_missing: bool = False
    ) -> None:
        super().__init__(status, message, param)
        self.route_missing = route_missing


class Conflict(Rejected):
    """Something of that id, email or alias already exists; `param` says which."""


class CredentialRefused(Rejected):
    """The master key is wrong, or may not do this."""


class EnterpriseOnly(Rejected):
    """LiteLLM wants an Enterprise licence for this."""


class RateLimited(Rejected):
    """Too many requests. `retry_after_seconds` is None when LiteLLM did not say."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(status, message, param)
        self.retry_after_seconds = retry_after_seconds


class UpstreamFailed(Rejected):
    """LiteLLM, or a proxy before it, failed. `retry_after_seconds` is None when it did not say."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(status, message, param)
        self.retry_after_seconds = retry_after_seconds


class UnexpectedAnswer(LiteLLMError):
    """An answer that LiteLLM cannot have meant: HTML, cut off, a redirect, too large, wrong shape."""


class TooManyPages(LiteLLMError):
    """A list longer than the ceiling. Nothing is returned, because a part would look like the whole.

    `total_pages` is how many there are, 0 where that is not known.
    """

    def __init__(self, route: str, max_pages: int, total_pages: int = 0) -> None:
        super().__init__(f"{route} has more than {max_pages} pages")
        self.route = route
        self.max_pages = max_pages
        self.total_pages = total_pages


class ReleaseRefused(LiteLLMError):
    """The gateway runs a release that Keydesk does not work with. The text says why, as a sentence without a stop."""
