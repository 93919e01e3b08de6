"""Makes what people's browsers need: the sign-in at a provider, sessions, and the pages that may change something."""

from datetime import timedelta

from keydesk.audit.access_events import AccessEventRecorder
from keydesk.auth.assembly import IdentityParts
from keydesk.auth.grants import SealedGrants
from keydesk.auth.portal_assembly import ProviderSignIn, assemble_provider_sign_in
from keydesk.auth.session_checks import SessionChecks
from keydesk.auth.session_store import SessionStore
from keydesk.auth.sessions import BrowserSessions
from keydesk.auth.store import LinkStore
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.container.resources import Foundation
from keydesk.kit.origins import Origins, origin_of


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


def browser_sessions(
    base: Foundation, sign_in: ProviderSignIn | None, witness: AccessEventRecorder
) -> BrowserSessions:
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
