"""Remembers verified tokens until they expire, so that a hot request costs no signature check."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from keydesk.clock import Clock
from keydesk.identity.principal import Principal
from keydesk.identity.signed_token import read_token
from keydesk.identity.verifier import TokenKind, Verified


class RememberedTokens:
    """The verifier of all signed tokens: asks each kind in turn, unless the very same token was verified before.

    Keeps digests, not tokens, at most `capacity` of them; what was used longest ago goes first. Refusals are
    not remembered: the reason may pass, and strangers could fill the memory with them.
    """

    def __init__(self, kinds: Sequence[TokenKind], clock: Clock, capacity: int = 10_000) -> None:
        self._kinds = tuple(kinds)
        self._clock = clock
        self._capacity = capacity
        self._remembered: OrderedDict[bytes, Verified] = OrderedDict()

    async def verify(self, token: str) -> Principal | None:
        """The caller, or None. Raises NotSignedIn and IdentityProviderUnavailable."""
        digest = hashlib.sha256(token.encode()).digest()
        principal = self.remembered(digest)
        if principal is not None:
            return principal
        verified = await self._examined(token)
        if verified is None:
            return None
        self._remember(digest, verified)
        return verified.principal

    def remembered(self, digest: bytes) -> Principal | None:
        remembered = self._remembered.get(digest)
        if remembered is None:
            return None
        if remembered.expires_at <= self._clock():
            del self._remembered[digest]
            return None
        self._remembered.move_to_end(digest)
        return remembered.principal

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
        if verified.expires_at <= self._clock():
            return
        self._remembered[digest] = verified
        if len(self._remembered) > self._capacity:
            self._remembered.popitem(last=False)
