"""Starts and ends portal sessions for all kinds of sign-in."""

from fastapi import Request, Response

from keydesk.api.dependencies import services_of
from keydesk.auth.session_cookie import SESSION, drop_cookie, set_cookie
from keydesk.auth.sessions import ProviderSession, Session
from keydesk.kit.people import Person
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.web.flash_message import FlashMessage, leave_message
from keydesk.web.language import gettext as _
from keydesk.web.rendering import go_to, page
from keydesk.web.session_owner import forget_owner, remember_owner


async def signed_in(
    request: Request, person: Person, path: str, provider: ProviderSession | None = None
) -> Response:
    """Start a session with a new id, which prevents session fixation."""
    before: Session | None = request.scope.get("session")
    if before is not None:
        await _ended(request, before)
    session_id = await services_of(request).sessions.begin(person, provider)
    answer = go_to(request, path)
    set_cookie(answer, request.scope, SESSION, session_id.get_secret_value())
    remember_owner(request, answer, session_id, person)
    return answer


async def signed_out(request: Request) -> Response:
    """End the session here and at the provider."""
    session: Session | None = request.scope.get("session")
    address = None
    if session is not None:
        id_token = await _ended(request, session)
        address = await _provider_address(request, id_token) if session.by_provider else None
    if address is None:
        answer = go_to(request, "/sign-in")
        leave_message(request, answer, FlashMessage(_("You are signed out.")), signed_out=True)
    else:
        # `form-action 'self'` forbids a form's redirect to another host, so a page leads there.
        answer = await page(request, "signing_out.html", address=address)
    drop_cookie(answer, request.scope, SESSION)
    forget_owner(request, answer)
    return answer


async def _ended(request: Request, session: Session) -> str | None:
    """End and audit the session. Return its ID token, if it has one."""
    services = services_of(request)
    id_token = await services.sessions.end(session)
    await services.access_events.left(session.person.ref)
    return id_token


async def _provider_address(request: Request, id_token: str | None) -> str | None:
    sign_in = services_of(request).provider_sign_in
    try:
        return await sign_in.flow.sign_out_address(id_token) if sign_in else None
    except IdentityProviderUnavailable:
        return None
