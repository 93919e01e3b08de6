"""Findings about a server that gives no usable response: the address, another server, or a proxy in front of it."""

from dataclasses import dataclass
from http import HTTPStatus

from keydesk.doctor.connection import proxy_note, why_unreachable
from keydesk.doctor.finding import Finding, failed
from keydesk.kit.http_client import FailureKind, HttpClientError

_OF_PROXIES = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_REASONS = {
    FailureKind.TIMED_OUT: "accepts connections, but does not respond in time",
    FailureKind.NOT_JSON: "responds with a page instead of JSON, so another server is at this address",
    FailureKind.TOO_LARGE: "returns a response that is too large",
    FailureKind.UNREACHABLE: "closes the connection without a valid HTTP response",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that Keydesk calls. `setting` is the setting with its address, and `check` the name of the finding."""

    check: str
    url: str
    setting: str

    async def unreachable(self, failure: HttpClientError) -> Finding:
        """Return a finding that says what prevents a response."""
        reason = await why_unreachable(self.url) or f"the server {_REASONS[failure.kind]}"
        remedy = f"Correct {self.setting}, or start the server. {self.try_it}{proxy_note()}"
        return failed(self.check, f"cannot be used: {reason}", remedy)

    def wrong_status(self, status: int, remedy: str) -> Finding:
        """Return a finding about a response with an unexpected status."""
        if status in _OF_PROXIES:
            detail = f"returns status {status}, as a proxy does whose server is away"
            return failed(self.check, detail, f"Check the server behind the proxy. {self.try_it}")
        return failed(self.check, f"returns status {status}", f"{remedy} {self.try_it}")

    @property
    def try_it(self) -> str:
        return f"Run `curl -i {self.url}`."
