"""What follows a confirmation: the provider confirms the person, then the machine may fetch its tokens.

The sign-in at the provider gives the machine tokens of its own, with which Keydesk confirms its sign-in later.
"""

from fastapi import Request, Response

from keydesk.api.dependencies import enabled_machines, services_of
from keydesk.auth.session_cookie import SIGN_IN, set_cookie
from keydesk.auth.sessions import ProviderSession, Session
from keydesk.auth.sign_in_state import LIFETIME
from keydesk.kit.people import Person
from keydesk.machines.policy import redirect_to
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.machines.available import MACHINES, browser_of, issuer_of, person_in_browser
from keydesk.web.rendering import go_to, page


async def confirmed(request: Request, request_id: str) -> Response:
    """Go to the provider, if it signed the person in, or approve the request."""
    session: Session | None = request.scope["session"]
    services = services_of(request)
    sign_in, scopes = services.provider_sign_in, services.settings.portal.machines.scopes
    if sign_in is None or session is None or not session.by_provider:
        return await approved(request, request_id, person_in_browser(request), None)
    address, sealed = await sign_in.flow.begin(MACHINES, request_id, scopes)
    # `form-action 'self'` forbids a form's redirect to another host, so a page leads there.
    answer = await page(request, "machines/continuing.html", address=address, to_provider=True)
    set_cookie(answer, request.scope, SIGN_IN, sealed, int(LIFETIME.total_seconds()))
    return answer


async def approved(
    request: Request, request_id: str, person: Person, provider: ProviderSession | None
) -> Response:
    """Approve the request for the person whom the provider confirmed, and lead back to the machine."""
    sign_in = enabled_machines(request).sign_in
    found, code = await sign_in.approve(request_id, person, browser_of(request), provider)
    if code is None:
        text = _(
            "You signed in %(name)s. Your terminal continues in a few seconds.", name=shown_name(found.name)
        )
        return go_to(request, MACHINES, FlashMessage(text))
    address = redirect_to(found.redirect_uri or "", found.client_state, issuer_of(request), code=code)
    return await page(request, "machines/continuing.html", address=address, to_provider=False)


def shown_name(name: str) -> str:
    """Return the name that a machine gave itself, or a word for a machine without one."""
    return name or _("your machine")
