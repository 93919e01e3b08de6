"""What every way to sign in ends with, and every way out: a session begun, a session ended."""

from fastapi import Request, Response

from keydesk.api.dependencies import services_of
from keydesk.auth.session_cookie import SESSION, drop_cookie, set_cookie
from keydesk.auth.sessions import ProviderSession, Session
from keydesk.kit.people import Person
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.web.rendering import go_to, page


async def signed_in(
    request: Request, person: Person, path: str, provider: ProviderSession | None = None
) -> Response:
    """Begin a session, whatever the browser had before: an id that somebody else may know is never kept."""
    before: Session | None = request.scope.get("session")
    if before is not None:
        await _ended(request, before)
    session_id = await services_of(request).sessions.begin(person, provider)
    answer = go_to(request, path)
    set_cookie(answer, request.scope, SESSION, session_id.get_secret_value())
    return answer


async def signed_out(request: Request) -> Response:
    """End the session here, and let the provider end its own where there is one."""
    session: Session | None = request.scope.get("session")
    address = None
    if session is not None:
        id_token = await _ended(request, session)
        address = await _provider_address(request, id_token) if session.by_provider else None
    if address is None:
        answer = go_to(request, "/sign-in", "signed-out")
    else:
        # A form's redirect to another host is what `form-action 'self'` forbids, so a page leads there.
        answer = await page(request, "signing_out.html", address=address)
    drop_cookie(answer, request.scope, SESSION)
    return answer


async def _ended(request: Request, session: Session) -> str | None:
    """End it on record. Answers the ID token it began with, if there was one."""
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
