"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): what a provider says has ended."""

from dataclasses import dataclass

from keydesk.clock import Clock
from keydesk.identity.claims import audiences, lifetime_end, optional_text
from keydesk.identity.jwks import KeyCache
from keydesk.identity.signature import check_signature, key_id
from keydesk.identity.signed_token import read_token
from keydesk.problems import NotSignedIn
from keydesk.settings import OidcSignIn

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_REFUSED = "This is not a logout token of the identity provider."


@dataclass(frozen=True, slots=True)
class Ended:
    """One session of the provider's, or all of a subject's where `session` is None."""

    issuer: str
    subject: str | None
    session: str | None


@dataclass(frozen=True)
class LogoutTokens:
    settings: OidcSignIn
    keys: KeyCache
    clock: Clock

    async def verify(self, text: str) -> Ended:
        """What has ended. Raises NotSignedIn for anything but a logout token meant for us."""
        token = read_token(text)
        if token is None or token.typ not in {None, "jwt", "logout+jwt"}:
            raise NotSignedIn(_REFUSED)
        claims = token.claims
        is_ours = claims.get("iss") == self.settings.issuer and self.settings.client_id in audiences(claims)
        events = claims.get("events")
        says_so = isinstance(events, dict) and isinstance(events.get(_EVENT), dict)
        # An ID token always has no such event, and often a nonce: it must never count as a logout token.
        if not is_ours or not says_so or "nonce" in claims:
            raise NotSignedIn(_REFUSED)
        lifetime_end(claims, self.clock(), self.settings.leeway_seconds)
        kid = key_id(token, self.settings.algorithms)
        check_signature(token, await self.keys.find(kid), self.settings.algorithms)
        subject, session = (optional_text(claims.get(name)) for name in ("sub", "sid"))
        if subject is None and session is None:
            raise NotSignedIn(_REFUSED)
        return Ended(self.settings.issuer, subject, session)
