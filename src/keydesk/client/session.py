"""A signed-in profile: its access token, which is refreshed in time, and calls of the API."""

import time
from typing import Any

from keydesk.client.errors import NotSignedIn
from keydesk.client.files import locked
from keydesk.client.oauth import OAuthRefused, OAuthServer
from keydesk.client.profiles import Home, Profile
from keydesk.client.provider import Provider
from keydesk.client.server import ApiRequest, Server
from keydesk.client.token_store import FILE, FileStore, KeychainStore, TokenStore, system_keyring
from keydesk.client.tokens import Clock, Tokens
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
        self._issuer: OAuthServer = Provider(profile.provider, http) if profile.provider else self._server
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
            access = (await self._refreshed(tokens)).access
        try:
            return await self._server.call(request, access)
        except NotSignedIn:
            raise self._not_accepted() from None

    async def tokens(self) -> Tokens:
        """Return tokens whose access token is fresh."""
        tokens = self._loaded()
        return tokens if tokens.is_fresh(self._clock) else await self._refreshed(tokens)

    async def revoke(self) -> None:
        """End the sign-in at its issuer and here. Raises Unavailable if the issuer does not know of it yet.

        A provider without an endpoint for this learns nothing, and the access token ends by itself.
        """
        with locked(self._home.lock_file(self.profile.name)):
            tokens = self._store.load()
            if tokens is not None:
                await revoke(self._issuer, tokens)
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
            if not latest.refresh:
                raise self._not_signed_in()
            tokens = await self._renewed(latest)
            self._store.save(tokens)
            return tokens

    async def _renewed(self, tokens: Tokens) -> Tokens:
        endpoints = await self._issuer.endpoints()
        fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        try:
            answer = await self._issuer.send_form(endpoints.token, fields)
        except OAuthRefused as refused:
            if refused.error == "invalid_grant":
                self._store.delete()
                raise self._not_signed_in() from None
            raise
        return self._issuer.refreshed(answer, tokens, self._clock)

    def _loaded(self) -> Tokens:
        tokens = self._store.load()
        if tokens is None:
            raise self._not_signed_in()
        return tokens

    def _not_signed_in(self) -> NotSignedIn:
        return NotSignedIn(f"Your sign-in has ended. Run: keydesk login {self.profile.address}")

    def _not_accepted(self) -> NotSignedIn:
        profile = self.profile
        if profile.provider is None:
            return self._not_signed_in()
        return NotSignedIn(
            f"{profile.address} does not accept your sign-in at {profile.issuer}. Run: keydesk login {profile.address}"
        )


async def revoke(issuer: OAuthServer, tokens: Tokens) -> None:
    """Revoke the refresh token, which takes its access tokens along (RFC 7009), where the issuer offers it."""
    endpoint = (await issuer.endpoints()).revocation
    if endpoint and tokens.refresh:
        await issuer.revoke(endpoint, tokens.refresh)
