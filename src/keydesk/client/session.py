"""A signed-in profile: its access token, which is refreshed in time, and calls of the API."""

import time
from typing import Any

from keydesk.client.errors import NotSignedIn
from keydesk.client.files import locked
from keydesk.client.profiles import Home, Profile
from keydesk.client.server import ApiRequest, OAuthRefused, Server
from keydesk.client.token_store import FILE, FileStore, KeychainStore, TokenStore, system_keyring
from keydesk.client.tokens import Clock, Tokens, tokens_in
from keydesk.kit.http_client import HttpClient


def store_of(home: Home, profile: str, kind: str) -> TokenStore:
    """Return the store of a profile's tokens. Raises KeychainUnavailable."""
    if kind == FILE:
        return FileStore(home.tokens_file(profile))
    return KeychainStore(system_keyring(), profile)


class Session:
    """Raises NotSignedIn if the sign-in has ended, and Unavailable while the server is."""

    def __init__(
        self, home: Home, profile: Profile, store: TokenStore, http: HttpClient, clock: Clock = time.time
    ) -> None:
        self.profile = profile
        self._home = home
        self._store = store
        self._server = Server(profile.address, http)
        self._clock = clock

    async def get(self, path: str, **query: str) -> Any:
        """Return the JSON at a path of the API."""
        return await self.call(ApiRequest("GET", path, query=query or None))

    async def post(self, path: str, **body: Any) -> Any:
        return await self.call(ApiRequest("POST", path, body))

    async def delete(self, path: str) -> Any:
        return await self.call(ApiRequest("DELETE", path))

    async def call(self, request: ApiRequest) -> Any:
        """Return the JSON of the answer to a request."""
        tokens = await self.tokens()
        try:
            return await self._server.call(request, tokens.access)
        except NotSignedIn:
            # Another machine's clock, or a sign-in that was revoked: the refresh tells which.
            return await self._server.call(request, (await self._refreshed(tokens)).access)

    async def tokens(self) -> Tokens:
        """Return tokens whose access token is fresh."""
        tokens = self._loaded()
        return tokens if tokens.is_fresh(self._clock) else await self._refreshed(tokens)

    async def revoke(self) -> None:
        """End the sign-in at the server and here. Raises Unavailable if the server does not know of it yet."""
        with locked(self._home.lock_file(self.profile.name)):
            tokens = self._store.load()
            if tokens is not None:
                endpoints = await self._server.endpoints()
                await self._server.send_form(endpoints.revocation, {"token": tokens.refresh})
            self.forget()

    def forget(self) -> None:
        """Delete the tokens, the keys of this machine and the profile here."""
        self._store.delete()
        self._home.remove_keys(self.profile.name)
        self._home.remove(self.profile.name)

    async def _refreshed(self, used: Tokens) -> Tokens:
        """Refresh the tokens, unless another process has done so meanwhile: a refresh token works only once."""
        with locked(self._home.lock_file(self.profile.name)):
            latest = self._loaded()
            if latest != used and latest.is_fresh(self._clock):
                return latest
            endpoints = await self._server.endpoints()
            fields = {"grant_type": "refresh_token", "refresh_token": latest.refresh}
            try:
                tokens = tokens_in(await self._server.send_form(endpoints.token, fields), self._clock)
            except OAuthRefused as refused:
                if refused.error == "invalid_grant":
                    self._store.delete()
                    raise self._not_signed_in() from None
                raise
            self._store.save(tokens)
            return tokens

    def _loaded(self) -> Tokens:
        tokens = self._store.load()
        if tokens is None:
            raise self._not_signed_in()
        return tokens

    def _not_signed_in(self) -> NotSignedIn:
        return NotSignedIn(f"Your sign-in has ended. Run: keydesk login {self.profile.address}")
