"""What every verifier of credentials answers to, and how several are asked in turn."""

from collections.abc import Sequence
from typing import Protocol

from keydesk.identity.principal import Principal
from keydesk.problems import NotSignedIn


class Verifier(Protocol):
    """Knows one kind of token."""

    async def verify(self, token: str) -> Principal | None:
        """The caller, or None when this is not a token of its kind.

        Raises NotSignedIn when it is of its kind but must be refused.
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
