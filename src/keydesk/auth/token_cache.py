"""Remembers verified tokens for a while, so that a hot request costs no signature check."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import LRUCache

from keydesk.auth.signed_token import read_token
from keydesk.auth.verifier import TokenKind, Verified
from keydesk.kit.clock import Clock
from keydesk.kit.people import Principal
from keydesk.kit.problems import StorageUnavailable

_BELIEVED = timedelta(minutes=10)
"""As long as an issuer's keys are used before they are renewed: a key that was withdrawn must not live on in here."""


@dataclass(frozen=True, slots=True)
class _Believed:
    verified: Verified
    until: datetime


class RememberedTokens:
    """The verifier of all signed tokens: asks each kind in turn, unless the very same token was verified lately.

    Keeps digests, not tokens, at most `capacity` of them; what was used longest ago goes first. Refusals are
    not remembered: the reason may pass, and strangers could fill the memory with them.
    """

    def __init__(self, kinds: Sequence[TokenKind], clock: Clock, capacity: int = 10_000) -> None:
        self._kinds = tuple(kinds)
        self._clock = clock
        self._remembered: LRUCache[bytes, _Believed] = LRUCache(capacity)

    async def verify(self, token: str) -> Principal | None:
        """The caller, or None. Raises NotSignedIn and IdentityProviderUnavailable."""
        digest = hashlib.sha256(token.encode()).digest()
        principal = self.remembered(digest)
        if principal is not None:
            return principal
        try:
            verified = await self._examined(token)
        except StorageUnavailable:
            # People go on reading while the database is away, and this says nothing against the token.
            return self._principal_until_expiry(digest)
        if verified is None:
            return None
        self._remember(digest, verified)
        return verified.principal

    def remembered(self, digest: bytes) -> Principal | None:
        believed = self._remembered.get(digest)
        if believed is None or believed.until <= self._clock():
            return None
        return believed.verified.principal

    def _principal_until_expiry(self, digest: bytes) -> Principal:
        believed = self._remembered.get(digest)
        if believed is None or believed.verified.expires_at <= self._clock():
            raise StorageUnavailable
        return believed.verified.principal

    def __len__(self) -> int:
        return len(self._remembered)

    async def _examined(self, text: str) -> Verified | None:
        token = read_token(text)
        if token is None:
            return None
        for kind in self._kinds:
            verified = await kind.examine(token)
            if verified is not None:
                return verified
        return None

    def _remember(self, digest: bytes, verified: Verified) -> None:
        now = self._clock()
        if verified.expires_at <= now:
            return
        self._remembered[digest] = _Believed(verified, min(verified.expires_at, now + _BELIEVED))
