"""Calls a Keydesk server: the endpoints of OAuth 2.0, and the JSON API."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from keydesk.client.errors import ClientError, NotSignedIn, Unavailable
from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError, Reply

CLIENT_ID = "keydesk-cli"
_METADATA = "/.well-known/oauth-authorization-server"
_API = "/api/litellm"
_OK, _NOT_FOUND, _NOT_SIGNED_IN, _TOO_MANY = 200, 404, 401, 429
_SERVER_ERRORS = range(500, 600)
_FAILURES = {
    FailureKind.UNREACHABLE: "cannot be reached",
    FailureKind.TIMED_OUT: "did not answer in time",
    FailureKind.NOT_JSON: "did not answer like Keydesk",
    FailureKind.TOO_LARGE: "did not answer like Keydesk",
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints in the server's metadata (RFC 8414).

    `authorization` is None if a browser of this machine cannot sign it in. `confirmation_page` is the page of another
    server on which people enter codes, if there is one.
    """

    device: str
    token: str
    revocation: str
    authorization: str | None = None
    confirmation_page: str | None = None


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to the JSON API. `path` is below `/api/litellm`."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None


class OAuthRefused(ClientError):  # noqa: N818 - it reads as what happened
    """The server refused with an error of OAuth 2.0, such as `authorization_pending`. `description` is for people."""

    def __init__(self, error: str, description: object = None) -> None:
        said = description if isinstance(description, str) and description else error
        shown = "".join(character for character in said[:500] if character.isprintable())
        super().__init__(f"The server refused: {shown}")
        self.error = error


class Server:
    """A Keydesk server at an origin such as `https://keys.example.com`."""

    def __init__(self, address: str, http: HttpClient) -> None:
        self.address = address
        self._http = http

    async def endpoints(self) -> Endpoints:
        """Return the endpoints. Raises ClientError if another server's are named, which prevents mix-up attacks."""
        reply = await self._reply(self._http.get(self.address + _METADATA))
        if reply.status == _NOT_FOUND:
            raise ClientError(f"{self.address} does not offer a sign-in for the command line.")
        found = self._json(reply)
        issuer = found.get("issuer")
        if issuer != self.address:
            raise ClientError(f"The server at {self.address} calls itself {issuer}. Use that address.")
        names = ("device_authorization", "token", "revocation", "authorization")
        *required, authorization = (found.get(f"{name}_endpoint") for name in names)
        named = required if authorization is None else [*required, authorization]
        if not all(str(each).startswith(f"{self.address}/") for each in named):
            raise ClientError(f"The server at {self.address} names endpoints of another server.")
        device, token, revocation = map(str, required)
        page = found.get("keydesk_confirmation_page")
        return Endpoints(device, token, revocation, authorization, page if isinstance(page, str) else None)

    async def send_form(self, endpoint: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer of an OAuth endpoint. Raises OAuthRefused."""
        content = urlencode({"client_id": CLIENT_ID, **fields})
        reply = await self._reply(self._http.post_form(endpoint, content, {}))
        if reply.status != _OK and isinstance(reply.json, dict) and isinstance(reply.json.get("error"), str):
            self._refuse_temporary(reply)
            raise OAuthRefused(reply.json["error"][:100], reply.json.get("error_description"))
        return self._json(reply)

    async def call(self, request: ApiRequest, access_token: str) -> Any:
        """Return the JSON of an answer of the API. Raises NotSignedIn for a token that is not valid."""
        url, headers = f"{self.address}{_API}{request.path}", {"Authorization": f"Bearer {access_token}"}
        match request.method:
            case "GET":
                reply = await self._reply(self._http.get(url, headers, request.query))
            case "DELETE":
                reply = await self._reply(self._http.delete(url, headers))
            case "POST":
                reply = await self._reply(self._http.post(url, request.body, headers))
        if reply.status == _NOT_SIGNED_IN:
            raise NotSignedIn(f"You are not signed in at {self.address}.")
        self._refuse_temporary(reply)
        if reply.status != _OK:
            raise ClientError(_why(reply) or f"{self.address} answered with status {reply.status}.")
        return reply.json

    async def _reply(self, sending: Awaitable[Reply]) -> Reply:
        try:
            reply = await sending
        except HttpClientError as error:
            raise Unavailable(f"{self.address} {_FAILURES[error.kind]}.") from None
        return reply

    def _json(self, reply: Reply) -> dict[str, Any]:
        self._refuse_temporary(reply)
        if reply.status != _OK or not isinstance(reply.json, dict):
            raise ClientError(f"{self.address} did not answer like Keydesk (status {reply.status}).")
        return reply.json

    def _refuse_temporary(self, reply: Reply) -> None:
        if reply.status in _SERVER_ERRORS:
            raise Unavailable(f"{self.address} is not available now (status {reply.status}).")
        if reply.status == _TOO_MANY:
            wait = reply.headers.get("retry-after", "60")
            raise Unavailable(f"{self.address} got too many requests. Try again in {wait} seconds.")


def _why(reply: Reply) -> str | None:
    """Return the error and the hint of a problem, which Keydesk writes for people."""
    said = reply.json if isinstance(reply.json, dict) else {}
    parts = [said.get("error"), said.get("hint")]
    return " ".join(part for part in parts if isinstance(part, str)) or None
