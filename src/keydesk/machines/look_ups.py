"""Proofs that a person has looked up a code. Only that person can confirm or reject the sign-in with one."""

from dataclasses import dataclass

from keydesk.auth.sealed_claims import SealedClaims
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.machines.models import SignInRequest
from keydesk.machines.policy import REQUEST_LIFETIME


@dataclass(frozen=True)
class LookUps:
    """Seals which request a person has looked up. Every replica can open it, and nothing is stored."""

    sealed: SealedClaims

    @classmethod
    def of(cls, key: bytes, clock: Clock) -> "LookUps":
        return cls(SealedClaims(key, clock, REQUEST_LIFETIME))

    def seal(self, request: SignInRequest, person: Person) -> str:
        return self.sealed.seal({"request": request.id, "for": person.ref})

    def open(self, sealed: str, person: Person) -> str | None:
        """Return the id of the request, or None if this person has not looked it up."""
        claims = self.sealed.open(sealed)
        return str(claims["request"]) if claims is not None and claims["for"] == person.ref else None
