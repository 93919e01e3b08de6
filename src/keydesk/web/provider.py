"""Sign-in at an OpenID Connect provider: redirect, callback, and back-channel logout."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_anyone
from keydesk.auth.oidc_sign_in import BACK_CHANNEL_LOGOUT, CALLBACK, SIGNED_OUT
from keydesk.auth.portal_assembly import ProviderSignIn
from keydesk.auth.session_cookie import SIGN_IN, drop_cookie, read_text_cookie, set_cookie
from keydesk.auth.sign_in_state import LIFETIME
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound, NotSignedIn
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.machines.approving import approved
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to
from keydesk.web.signing import signed_in

router = APIRouter(include_in_schema=False, route_class=PageRoute)
back_channel = APIRouter(include_in_schema=False)


@router.get("/sign-in/provider", **for_anyone())
async def to_provider(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    address, sealed = await _sign_in(request).flow.begin(own_path(next))
    answer = RedirectResponse(address, status_code=303)
    set_cookie(answer, request.scope, SIGN_IN, sealed, int(LIFETIME.total_seconds()))
    return answer


@router.get(CALLBACK, **for_anyone())
async def from_provider(request: Request) -> Response:
    sealed = read_text_cookie(request.scope, SIGN_IN)
    found = await _sign_in(request).flow.finish(request.query_params, sealed)
    if found.machine is not None:
        answer = await approved(request, found.machine, found.person, found.provider)
    else:
        answer = await signed_in(request, found.person, found.path, found.provider)
    drop_cookie(answer, request.scope, SIGN_IN)
    return answer


@router.get(SIGNED_OUT, **for_anyone())
async def after_sign_out(request: Request) -> Response:
    return go_to(request, "/sign-in", FlashMessage(_("You are signed out.")))


@back_channel.post(BACK_CHANNEL_LOGOUT, **for_anyone())
async def signed_out_by_provider(request: Request, logout_token: Annotated[str, Form()]) -> Response:
    """Called by the provider. The token's signature is the credential, and each token is accepted once."""
    services = services_of(request)
    try:
        ended = await _sign_in(request).logout_tokens.verify(logout_token)
    except NotSignedIn:
        return JSONResponse({"error": "invalid_request"}, status_code=400)
    people = await services.sessions.end_of_provider(ended)
    for person in people or ():
        await services.access_events.left(person)
    return JSONResponse({"error": "invalid_request"}, status_code=400) if people is None else JSONResponse({})


def _sign_in(request: Request) -> ProviderSignIn:
    found = services_of(request).provider_sign_in
    if found is None:
        raise NotFound(message("There is nothing at this address."))
    return found
