"""The interfaces of credential verifiers, and a chain of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.datastructures import Headers

from keydesk.auth.signed_token import SignedToken
from keydesk.kit.messages import message
from keydesk.kit.people import Person, Principal
from keydesk.kit.problems import NotSignedIn


class Verifier(Protocol):
    """Verifies one kind of token."""

    async def verify(self, token: str) -> Principal | None:
        """Return the caller, or None for another kind of token.

        Raises NotSignedIn for a token of this kind that is not valid.
        """

    def cached(self, digest: bytes) -> Principal | None:
        """Return the caller of a cached token by its SHA-256 digest, or None."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The caller, and the expiration time of the credential."""

    principal: Principal
    expires_at: datetime


class TokenKind(Protocol):
    """Verifies one kind of signed token; `token_cache.py` combines and caches them."""

    async def examine(self, token: SignedToken) -> Verified | None:
        """Return the caller, or None for another kind of token.

        Raises NotSignedIn for a token of this kind that is not valid, and IdentityProviderUnavailable if it cannot
        be checked.
        """


class RequestVerifier(Protocol):
    """Authenticates requests without a token, such as by a proxy's headers."""

    def verify_request(self, headers: Headers, peer: str | None) -> Person | None:
        """Return the caller, or None if the request has no credential of this kind or comes from an untrusted address.

        `peer` is the network address of the connection. Raises NotSignedIn for a credential that is not valid.
        """


class Verifiers:
    """Tries each verifier in turn and rejects a token that none accepts."""

    def __init__(self, verifiers: Sequence[Verifier]) -> None:
        self._verifiers = tuple(verifiers)

    async def verify(self, token: str | None) -> Principal:
        """Return the caller. Raises NotSignedIn without a token, or without a valid one."""
        if token is None:
            raise NotSignedIn
        for verifier in self._verifiers:
            principal = await verifier.verify(token)
            if principal is not None:
                return principal
        raise NotSignedIn(message("This credential is not valid."))

    def cached(self, digest: bytes) -> Principal | None:
        """Return the caller of a cached token by its SHA-256 digest, or None."""
        for verifier in self._verifiers:
            principal = verifier.cached(digest)
            if principal is not None:
                return principal
        return None
