"""Makes what people's browsers need: the sign-in at a provider, sessions, and the pages that may change something."""

from datetime import timedelta

from keydesk.audit.witness import Witness
from keydesk.foundation import Foundation
from keydesk.identity.assembly import IdentityParts
from keydesk.identity.grants import SealedGrants
from keydesk.identity.origins import Origins, origin_of
from keydesk.identity.portal_assembly import ProviderSignIn, assemble_provider_sign_in
from keydesk.identity.session_checks import SessionChecks
from keydesk.identity.session_store import SessionStore
from keydesk.identity.sessions import BrowserSessions
from keydesk.identity.store import LinkStore
from keydesk.identity.used_tokens import UsedTokenStore


def known_origins(base: Foundation) -> Origins:
    """The portal's own origin and those of the settings."""
    portal = base.settings.portal.base_url
    return Origins([*base.settings.server.allowed_origins, *([origin_of(portal)] if portal else [])])


def provider_sign_in(base: Foundation) -> ProviderSignIn | None:
    """None where people do not sign in at a provider."""
    parts = IdentityParts(base.outbound, LinkStore(base.database, base.clock), base.clock)
    key = base.settings.derived_key("sign-in-state")
    sign_in = assemble_provider_sign_in(
        base.settings.portal, parts, key, UsedTokenStore(base.database, base.clock)
    )
    if sign_in is not None:
        base.closing.push_async_callback(sign_in.keys.aclose)
    return sign_in


def browser_sessions(base: Foundation, sign_in: ProviderSignIn | None, witness: Witness) -> BrowserSessions:
    """The portal's sessions. Without a provider they are those of the demo, which nobody confirms."""
    store, settings = SessionStore(base.database), base.settings.portal.sessions
    if sign_in is None:
        return BrowserSessions(store, settings, base.clock)
    checks = SessionChecks(
        confirmation=sign_in.confirmation,
        store=store,
        sealed=SealedGrants(base.settings.derived_key("session-grants")),
        leases=base.leases,
        clock=base.clock,
        every=timedelta(minutes=settings.check_minutes),
        left=witness.left,
    )
    return BrowserSessions(store, settings, base.clock, checks)
