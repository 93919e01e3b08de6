"""Where a person signs in: at Keydesk itself, or at the OpenID Connect provider that it names."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keydesk.client.address import page_host
from keydesk.client.errors import ClientError
from keydesk.client.loopback import Arrival, Callback
from keydesk.client.machine_name import machine_name
from keydesk.client.provider import Offer, Provider
from keydesk.client.provider_client import is_safe_endpoint
from keydesk.client.server import CLIENT_ID, Server
from keydesk.client.tokens import Clock, Tokens, tokens_in


@dataclass(frozen=True)
class AtKeydesk:
    """A sign-in that the person confirms in the portal, or on the page of another server that the metadata names."""

    server: Server
    confirmation_page: str | None = None

    def callback(self, state: str, when_answered: Callable[[], object]) -> Callback:
        return Callback(state, self.server.address, when_answered)

    def browser_fields(self) -> dict[str, str]:
        return {"client_id": CLIENT_ID, "machine_name": machine_name()}

    def device_fields(self) -> dict[str, str]:
        return {"machine_name": machine_name()}

    def about_page(self, page: str) -> str | None:
        if page.startswith(f"{self.server.address}/") and page.isprintable():
            return None
        host = page_host(page)
        if page != self.confirmation_page or host is None:
            raise _another_page()
        return (
            f"You confirm this sign-in at another server: {host}. Continue only if it belongs to your company. "
            f"The page must name {self.server.address}."
        )

    def signed_in(self, answer: Mapping[str, Any]) -> Tokens:
        return tokens_in(answer)


@dataclass
class AtProvider:
    """A sign-in at a provider, for the Keydesk server at `address`. Used once, because it has a nonce."""

    server: Provider
    offer: Offer
    address: str
    clock: Clock = time.time
    _nonce: str | None = field(default=None, repr=False)

    def callback(self, state: str, when_answered: Callable[[], object]) -> Callback:
        client = self.server.client
        arrival = Arrival(callback_path(self.address), client.redirect_port)
        return Callback(
            state, client.issuer, when_answered, arrival=arrival, names_issuer=self.offer.names_issuer
        )

    def browser_fields(self) -> dict[str, str]:
        self._nonce = secrets.token_urlsafe(24)
        return {**self.device_fields(), "client_id": self.server.client.client_id, "nonce": self._nonce}

    def device_fields(self) -> dict[str, str]:
        client = self.server.client
        return {**client.parameters, "scope": " ".join(client.scopes)}

    def about_page(self, page: str) -> str | None:
        if not is_safe_endpoint(page, self.server.client.issuer):
            raise _another_page()
        return None

    def signed_in(self, answer: Mapping[str, Any]) -> Tokens:
        return self.server.signed_in(answer, self._nonce, self.clock)


def callback_path(address: str) -> str:
    """Return the path of the redirect URI at a provider, such as `/callback/keys.example.com`.

    The provider knows the whole path. So it refuses a sign-in for a server that uses the client of another one to get
    its tokens.
    """
    return f"/callback/{re.sub(r'[^a-z0-9.]+', '-', address.partition('://')[2].lower()).strip('-')}"


def _another_page() -> ClientError:
    return ClientError("The server names a page of another server. Nothing was sent there.")
