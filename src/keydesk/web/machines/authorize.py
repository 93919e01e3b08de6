"""/oauth/authorize: the authorization code flow with PKCE for a program on the same machine as the browser (RFC 8252).

Errors are shown here and never redirected, so that a link cannot send a browser to an address of its choice.
"""

from collections.abc import Iterable, Mapping

from authlib.oauth2.rfc6749.errors import OAuth2Error
from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import enabled_machines
from keydesk.api.route_rules import for_people
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest
from keydesk.machines.models import CLIENT_ID, Authorization
from keydesk.machines.policy import authorization_in, redirect_to
from keydesk.web.machines.approving import confirmed, shown_name
from keydesk.web.machines.available import (
    AUTHORIZE,
    browser_of,
    issuer_of,
    person_in_browser,
    resources_of,
)
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

_FOR_PEOPLE = message("Run `keydesk login` again. Update Keydesk on your machine if this repeats.")
_FOR_AGENTS = message(
    "Programs need the client id keydesk-cli, a redirect to http://localhost:<port>/callback, and PKCE with S256."
)

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get(AUTHORIZE, **for_people())
async def authorization_page(request: Request) -> Response:
    machines = enabled_machines(request)
    asked = _authorization(request, _once(request.query_params.multi_items()))
    return await page(
        request,
        "machines/confirm.html",
        action=AUTHORIZE,
        fields=_fields(asked),
        code=None,
        name=shown_name(asked.name),
        address=machines.limits.address.of(request.scope),
        is_here=True,
        at=None,
        redirect_uri=asked.redirect_uri,
        for_agent=asked.resource is not None,
    )


@router.post(AUTHORIZE, **for_people())
async def answer_authorization(request: Request) -> Response:
    person, machines = person_in_browser(request), enabled_machines(request)
    form = _once((name, str(value)) for name, value in (await request.form()).multi_items())
    asked = _authorization(request, form)
    if form.get("decision") != "confirm":
        address = redirect_to(asked.redirect_uri, asked.state, issuer_of(request), error="access_denied")
        return await page(request, "machines/continuing.html", address=address, to_provider=False)
    address = machines.limits.address.of(request.scope)
    started = await machines.sign_in.confirm_loopback(asked, address, person, browser_of(request))
    return await confirmed(request, started)


def _authorization(request: Request, sent: Mapping[str, str]) -> Authorization:
    try:
        return authorization_in(sent, resources_of(request))
    except OAuth2Error:
        raise InvalidRequest(
            message("This address is not a valid request to sign in a machine."),
            hint=_FOR_AGENTS if "resource" in sent else _FOR_PEOPLE,
        ) from None


def _once(sent: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters. Raises InvalidRequest for a parameter that is there twice (RFC 6749, 3.1)."""
    found: dict[str, str] = {}
    for name, value in sent:
        if name in found:
            raise InvalidRequest(message("A parameter is there twice."))
        found[name] = value
    return found


def _fields(asked: Authorization) -> dict[str, str]:
    """Return the request as fields of the form, which checks them again."""
    return {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": asked.redirect_uri,
        "state": asked.state,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
        "machine_name": asked.name,
        **({"resource": asked.resource} if asked.resource else {}),
    }
