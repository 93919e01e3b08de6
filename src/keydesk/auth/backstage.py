"""Verifies Backstage tokens: user tokens, and plugin tokens with or without a user.

Email address and groups come from the catalog, never from the token.
"""

import re
from datetime import datetime
from typing import Any

from keydesk.auth.claims import MALFORMED, audiences, lifetime_end, text_claim
from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import keys_at
from keydesk.auth.plugin_keys import PluginKeys
from keydesk.auth.signature import check_signature, key_id
from keydesk.auth.signed_token import SignedToken, read_token
from keydesk.auth.verifier import Verified
from keydesk.kit.clock import Clock
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.http_client import HttpClient
from keydesk.kit.messages import message
from keydesk.kit.people import Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import BackstageIdentity

_USER = "vnd.backstage.user"
_LIMITED_USER = "vnd.backstage.limited-user"
_PLUGIN = "vnd.backstage.plugin"

_USER_AUDIENCE = "backstage"
_PLUGIN_ID = re.compile(r"[a-z0-9-]{1,64}")


class BackstageTokens:
    """Verifies user tokens and plugin tokens in the format of Backstage releases from 2026.

    User tokens are signed with the keys at `/api/auth/.well-known/jwks.json`. The limited user token in a plugin
    token's `obo` claim is signed with the same keys. On its own it is a Backstage cookie and is rejected.
    """

    def __init__(self, config: BackstageIdentity, http_client: HttpClient, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        keys_url = f"{config.base_url}/api/auth/.well-known/jwks.json"
        self._user_keys = KeyCache(keys_at(http_client, keys_url, config.algorithms), clock)
        self._plugin_keys = PluginKeys(config, http_client, clock)

    async def examine(self, token: SignedToken) -> Verified | None:
        if token.typ == _USER:
            return await self._user(token)
        if token.typ == _PLUGIN:
            return await self._plugin(token)
        if token.typ == _LIMITED_USER:
            raise NotSignedIn(
                message("Keydesk does not accept limited Backstage user tokens. Send a user token instead.")
            )
        return None

    async def aclose(self) -> None:
        """Cancel background work."""
        await self._user_keys.aclose()
        await self._plugin_keys.aclose()

    async def _user(self, token: SignedToken) -> Verified:
        if _USER_AUDIENCE not in audiences(token.claims):
            raise NotSignedIn(MALFORMED)
        if self._config.issuer is not None and token.claims.get("iss") != self._config.issuer:
            raise NotSignedIn(MALFORMED)
        return await self._person(token)

    async def _person(self, token: SignedToken) -> Verified:
        """Run the checks that user tokens and limited user tokens share."""
        kid = key_id(token, self._config.algorithms)
        expires_at = self._lifetime_end(token)
        person = Person(_user_ref(text_claim(token.claims, "sub")))
        check_signature(token, await self._user_keys.find(kid), self._config.algorithms)
        return Verified(person, expires_at)

    async def _plugin(self, token: SignedToken) -> Verified:
        kid = key_id(token, self._config.algorithms)
        expires_at = self._lifetime_end(token)
        plugin = text_claim(token.claims, "sub")
        if _PLUGIN_ID.fullmatch(plugin) is None or audiences(token.claims) != {self._config.plugin_id}:
            raise NotSignedIn(MALFORMED)
        on_behalf_of = _limited_token(token.claims["obo"]) if "obo" in token.claims else None
        check_signature(token, await self._plugin_keys.find(plugin, kid), self._config.algorithms)
        if on_behalf_of is None:
            return Verified(Service(f"plugin:{plugin}"), expires_at)
        user = await self._person(on_behalf_of)
        return Verified(user.principal, min(expires_at, user.expires_at))

    def _lifetime_end(self, token: SignedToken) -> datetime:
        return lifetime_end(token.claims, self._clock(), self._config.leeway_seconds)


def is_plugin_token(token: str) -> bool:
    """Return whether a verified token belongs to a plugin, which may act for a user."""
    read = read_token(token)
    return read is not None and read.typ == _PLUGIN


def _limited_token(value: Any) -> SignedToken:
    token = read_token(value) if isinstance(value, str) else None
    if token is None or token.typ != _LIMITED_USER:
        raise NotSignedIn(MALFORMED)
    return token


def _user_ref(subject: str) -> str:
    """Return the full user reference. Backstage compares references case-insensitively."""
    try:
        ref = full_user_ref(subject)
    except ValueError:
        raise NotSignedIn(MALFORMED) from None
    if not subject.isascii() or ref != subject.lower():
        raise NotSignedIn(MALFORMED)
    return ref
