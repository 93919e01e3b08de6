"""What every verifier of credentials answers to, and how several are asked in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.datastructures import Headers

from keydesk.auth.signed_token import SignedToken
from keydesk.kit.people import Person, Principal
from keydesk.kit.problems import NotSignedIn


class Verifier(Protocol):
    """Knows one kind of token."""

    async def verify(self, token: str) -> Principal | None:
        """The caller, or None when this is not a token of its kind.

        Raises NotSignedIn when it is of its kind but must be refused.
        """

    def remembered(self, digest: bytes) -> Principal | None:
        """The caller whose token of this SHA-256 was verified before and still counts, if any."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The caller, and until when the credential says so."""

    principal: Principal
    expires_at: datetime


class TokenKind(Protocol):
    """Knows one kind of signed token; `RememberedTokens` makes verifiers of them."""

    async def examine(self, token: SignedToken) -> Verified | None:
        """The caller, or None when this is not a token of its kind.

        Raises NotSignedIn when it is of its kind but must be refused, and IdentityProviderUnavailable when
        nobody can say.
        """


class RequestVerifier(Protocol):
    """Knows callers by something else than a token, such as the word of a trusted proxy."""

    def verify_request(self, headers: Headers, peer: str | None) -> Person | None:
        """The caller, or None when the request has nothing of this kind to say, or nobody to say it.

        `peer` is the network address at the other end of the connection. Raises NotSignedIn when what is
        said must be refused.
        """


class Verifiers:
    """Asks each verifier in turn; a token that none knows is refused."""

    def __init__(self, verifiers: Sequence[Verifier]) -> None:
        self._verifiers = tuple(verifiers)

    async def verify(self, token: str | None) -> Principal:
        """The caller. Raises NotSignedIn when there is no token, or none that counts here."""
        if token is None:
            raise NotSignedIn
        for verifier in self._verifiers:
            principal = await verifier.verify(token)
            if principal is not None:
                return principal
        raise NotSignedIn("This credential is not valid here.")

    def remembered(self, digest: bytes) -> Principal | None:
        """The caller, where some verifier knows the token of this SHA-256 and it still counts."""
        for verifier in self._verifiers:
            principal = verifier.remembered(digest)
            if principal is not None:
                return principal
        return None
