"""The encryption of what the portal keeps in a browser's cookies, with a key of its own for each cookie."""

from dataclasses import dataclass
from datetime import timedelta

from keydesk.auth.sealed_claims import SealedClaims
from keydesk.kit.clock import Clock
from keydesk.settings import Settings

_MESSAGE, _DRAFT, _OWNER = timedelta(minutes=2), timedelta(minutes=30), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SealedCookies:
    """Messages about what was done, fields of forms, and the person of a session that may have expired."""

    messages: SealedClaims
    drafts: SealedClaims
    session_owners: SealedClaims

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "SealedCookies":
        return cls(
            SealedClaims(settings.derived_key("flash-messages"), clock, _MESSAGE),
            SealedClaims(settings.derived_key("form-drafts"), clock, _DRAFT),
            SealedClaims(settings.derived_key("session-owners"), clock, _OWNER),
        )
