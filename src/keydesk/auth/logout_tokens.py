"""Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0)."""

from dataclasses import dataclass
from datetime import timedelta

from keydesk.auth.claims import audiences, lifetime_end, optional_text, text_claim
from keydesk.auth.jwks import KeyCache
from keydesk.auth.signature import check_signature, key_id
from keydesk.auth.signed_token import read_token
from keydesk.auth.used_tokens import OneTimeToken
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import OidcSignIn

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_CLOCKS_APART = timedelta(minutes=1)
"""A token is accepted for the leeway after it expires, so it is stored at least that long."""
_REFUSED = message("This is not a valid logout token from the identity provider.")


@dataclass(frozen=True, slots=True)
class Ended:
    """The sessions to end: one provider session, or all of a subject if `session` is None. `token` can be used once."""

    issuer: str
    subject: str | None
    session: str | None
    token: OneTimeToken


@dataclass(frozen=True)
class LogoutTokens:
    settings: OidcSignIn
    keys: KeyCache
    clock: Clock

    async def verify(self, text: str) -> Ended:
        """Return the sessions to end.

        Raises NotSignedIn unless the value is a logout token for this client, and IdentityProviderUnavailable if
        its key may be newer than the cached ones.
        """
        token = read_token(text)
        if token is None or token.typ not in {None, "jwt", "logout+jwt"}:
            raise NotSignedIn(_REFUSED)
        claims = token.claims
        is_ours = claims.get("iss") == self.settings.issuer and self.settings.client_id in audiences(claims)
        events = claims.get("events")
        says_so = isinstance(events, dict) and isinstance(events.get(_EVENT), dict)
        # An ID token has no such event and often has a nonce. It must never pass as a logout token.
        if not is_ours or not says_so or "nonce" in claims:
            raise NotSignedIn(_REFUSED)
        expires_at = lifetime_end(claims, self.clock(), self.settings.leeway_seconds)
        token_id = text_claim(claims, "jti")
        kid = key_id(token, self.settings.algorithms)
        check_signature(token, await self.keys.find(kid), self.settings.algorithms)
        subject, session = (optional_text(claims.get(name)) for name in ("sub", "sid"))
        if subject is None and session is None:
            raise NotSignedIn(_REFUSED)
        once = OneTimeToken(f"logout:{self.settings.issuer}", token_id, expires_at + _CLOCKS_APART)
        return Ended(self.settings.issuer, subject, session, once)
