"""Calls of an OAuth 2.0 server, and what is common to Keydesk and to providers. Failures are sentences for people."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.tokens import Clock, Tokens
from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError, Reply

_OK, _TOO_MANY = 200, 429
_SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints in a server's metadata (RFC 8414). Empty texts are those that a provider does not offer."""

    authorization: str
    device: str
    token: str
    revocation: str


class OAuthServer(Protocol):
    """What keeps a sign-in alive and ends it: Keydesk itself, or a provider."""

    async def endpoints(self) -> Endpoints: ...

    async def send_form(self, endpoint: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer of an endpoint. Raises OAuthRefused."""

    async def revoke(self, endpoint: str, token: str) -> None:
        """Revoke a token (RFC 7009)."""

    def refreshed(self, answer: Mapping[str, Any], previous: Tokens, clock: Clock) -> Tokens:
        """Return the tokens of an answer to a refresh. Raises ClientError."""


def for_terminal(value: object) -> str:
    """Return what a server said as text that cannot control a terminal."""
    return "".join(character for character in str(value)[:500] if character.isprintable())


class OAuthRefused(ClientError):  # noqa: N818 - it reads as what happened
    """The server refused with an error of OAuth 2.0, such as `authorization_pending`. `description` is for people."""

    def __init__(self, by: str, error: str, description: object = None) -> None:
        said = description if isinstance(description, str) and description else error
        super().__init__(f"{by} refused: {for_terminal(said)}")
        self.error = error


@dataclass(frozen=True)
class Remote:
    """A server at `address`. `kind` is what it should answer like, and `client_id` who calls it."""

    address: str
    http: HttpClient
    client_id: str
    kind: str = "Keydesk"

    async def send_form(self, endpoint: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer of an OAuth endpoint. Raises OAuthRefused."""
        content = urlencode({"client_id": self.client_id, **fields})
        reply = await self.reply(self.http.post_form(endpoint, content, {}))
        if reply.status != _OK and isinstance(reply.json, dict) and isinstance(reply.json.get("error"), str):
            self.refuse_temporary(reply)
            raise OAuthRefused(self.address, reply.json["error"][:100], reply.json.get("error_description"))
        return self.json(reply)

    async def revoke(self, endpoint: str, token: str) -> None:
        """Revoke a token (RFC 7009), whose answer can be empty. Raises OAuthRefused."""
        content = urlencode({"client_id": self.client_id, "token": token})
        reply = await self.reply(self.http.post_form(endpoint, content, {}, wants_json=False))
        self.refuse_temporary(reply)
        if reply.status != _OK:
            raise OAuthRefused(self.address, "the tokens were not revoked")

    async def reply(self, sending: Awaitable[Reply]) -> Reply:
        try:
            reply = await sending
        except HttpClientError as error:
            raise Unavailable(f"{self.address} {self._failure(error.kind)}.") from None
        return reply

    def json(self, reply: Reply) -> dict[str, Any]:
        self.refuse_temporary(reply)
        if reply.status != _OK or not isinstance(reply.json, dict):
            raise ClientError(f"{self.address} did not answer like {self.kind} (status {reply.status}).")
        return reply.json

    def refuse_temporary(self, reply: Reply) -> None:
        if reply.status in _SERVER_ERRORS:
            raise Unavailable(f"{self.address} is not available now (status {reply.status}).")
        if reply.status == _TOO_MANY:
            wait = reply.headers.get("retry-after", "60")
            raise Unavailable(f"{self.address} got too many requests. Try again in {wait} seconds.")

    def _failure(self, kind: FailureKind) -> str:
        match kind:
            case FailureKind.UNREACHABLE:
                return "cannot be reached"
            case FailureKind.TIMED_OUT:
                return "did not answer in time"
            case _:
                return f"did not answer like {self.kind}"
