"""Calls a Keydesk server: the endpoints of OAuth 2.0, and the JSON API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from keydesk.client.errors import ClientError, NotSignedIn
from keydesk.client.oauth import Endpoints, Remote, for_terminal
from keydesk.client.provider_client import MEMBER, ProviderClient, provider_client_in
from keydesk.client.tokens import Clock, Tokens, tokens_in
from keydesk.kit.http_client import HttpClient, Reply

CLIENT_ID = "keydesk-cli"
METADATA = "/.well-known/oauth-authorization-server"
CONFIRMATION_PAGE = "keydesk_confirmation_page"
"""The member of the metadata with the page of another server on which people enter codes."""
_API = "/api/litellm"
_OK, _NOT_FOUND, _NOT_SIGNED_IN = 200, 404, 401


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where people sign in: at Keydesk's own endpoints, at a provider, or at either.

    `confirmation_page` is the page of another server on which people enter Keydesk's codes, if there is one.
    """

    own: Endpoints | None
    provider: ProviderClient | None
    confirmation_page: str | None = None


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to the JSON API. `path` is below `/api/litellm`."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None


class Server:
    """A Keydesk server at an origin such as `https://keys.example.com`."""

    def __init__(self, address: str, http: HttpClient) -> None:
        self.address = address
        self._http = http
        self._remote = Remote(address, http, CLIENT_ID)

    async def metadata(self) -> Metadata:
        """Return the metadata. Raises ClientError if another server's endpoints are named: no mix-up is possible."""
        reply = await self._remote.reply(self._http.get(self.address + METADATA))
        if reply.status == _NOT_FOUND:
            raise self._offers_none()
        found = self._remote.json(reply)
        issuer = found.get("issuer")
        if issuer != self.address:
            raise ClientError(
                f"The server at {self.address} calls itself {for_terminal(issuer)}. Use that address."
            )
        named, page = found.get(MEMBER), found.get(CONFIRMATION_PAGE)
        provider = None if named is None else provider_client_in(named)
        own = self._own(found, is_needed=provider is None)
        return Metadata(own, provider, page if isinstance(page, str) else None)

    async def endpoints(self) -> Endpoints:
        """Return Keydesk's own endpoints. Raises ClientError."""
        own = (await self.metadata()).own
        if own is None:
            raise self._offers_none()
        return own

    def _own(self, found: Mapping[str, Any], *, is_needed: bool) -> Endpoints | None:
        """Return Keydesk's endpoints. Without a portal, there is none for a browser of the machine."""
        names = ("authorization", "device_authorization", "token", "revocation")
        browser, *others = (found.get(f"{name}_endpoint") for name in names)
        if not is_needed and not any((browser, *others)):
            return None
        named = others if browser is None else [browser, *others]
        if not all(str(each).startswith(f"{self.address}/") for each in named):
            raise ClientError(f"The server at {self.address} names endpoints of another server.")
        return Endpoints(browser or "", *map(str, others))

    def _offers_none(self) -> ClientError:
        return ClientError(f"{self.address} does not offer a sign-in for the command line.")

    async def send_form(self, endpoint: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer of an OAuth endpoint. Raises OAuthRefused."""
        return await self._remote.send_form(endpoint, fields)

    async def revoke(self, endpoint: str, token: str) -> None:
        await self._remote.revoke(endpoint, token)

    def refreshed(self, answer: Mapping[str, Any], _previous: Tokens, clock: Clock) -> Tokens:
        return tokens_in(answer, clock)

    async def call(self, request: ApiRequest, access_token: str) -> Any:
        """Return the JSON of an answer of the API. Raises NotSignedIn for a token that is not valid."""
        url, headers = f"{self.address}{_API}{request.path}", {"Authorization": f"Bearer {access_token}"}
        match request.method:
            case "GET":
                sending = self._http.get(url, headers, request.query)
            case "DELETE":
                sending = self._http.delete(url, headers)
            case "POST":
                sending = self._http.post(url, request.body, headers)
        reply = await self._remote.reply(sending)
        if reply.status == _NOT_SIGNED_IN:
            raise NotSignedIn(f"You are not signed in at {self.address}.")
        self._remote.refuse_temporary(reply)
        if reply.status != _OK:
            raise ClientError(_why(reply) or f"{self.address} answered with status {reply.status}.")
        return reply.json


def _why(reply: Reply) -> str | None:
    """Return the error and the hint of a problem, which Keydesk writes for people."""
    said = reply.json if isinstance(reply.json, dict) else {}
    parts = [said.get("error"), said.get("hint")]
    return " ".join(part for part in parts if isinstance(part, str)) or None
