"""Builds the sign-in at an OpenID Connect provider and the portal's sessions. Opens no connections."""

from datetime import timedelta

from keydesk.audit.access_events import AccessEventRecorder
from keydesk.auth.assembly import IdentityParts
from keydesk.auth.grants import SealedGrants
from keydesk.auth.portal_assembly import ProviderSignIn, assemble_provider_sign_in
from keydesk.auth.session_checks import SessionChecks
from keydesk.auth.session_store import SessionStore
from keydesk.auth.sessions import PersonSessions, SessionLimits
from keydesk.auth.store import LinkStore
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.container.resources import Resources


def build_provider_sign_in(resources: Resources) -> ProviderSignIn | None:
    """Return the sign-in with an OpenID Connect provider, or None if it is not configured."""
    parts = IdentityParts(
        resources.http_client, LinkStore(resources.database, resources.clock), resources.clock
    )
    key = resources.settings.derived_key("sign-in-state")
    sign_in = assemble_provider_sign_in(
        resources.settings.portal, parts, key, UsedTokenStore(resources.database, resources.clock)
    )
    if sign_in is not None:
        resources.closing.push_async_callback(sign_in.keys.aclose)
    return sign_in


def build_browser_sessions(
    resources: Resources, sign_in: ProviderSignIn | None, access_events: AccessEventRecorder
) -> PersonSessions:
    """Return the portal's sessions."""
    store, settings = SessionStore(resources.database), resources.settings.portal.sessions
    checks = session_checks(resources, store, sign_in, access_events)
    return PersonSessions(store, SessionLimits.of(settings), resources.clock, checks)


def session_checks(
    resources: Resources,
    store: SessionStore,
    sign_in: ProviderSignIn | None,
    access_events: AccessEventRecorder,
) -> SessionChecks | None:
    """Return the checks of sessions with the provider, or None without one. Demo sessions are not checked."""
    if sign_in is None:
        return None
    return SessionChecks(
        confirmation=sign_in.confirmation,
        store=store,
        sealed=SealedGrants(resources.settings.derived_key("session-grants")),
        leases=resources.leases,
        clock=resources.clock,
        every=timedelta(minutes=resources.settings.portal.sessions.check_minutes),
        left=access_events.left,
    )
