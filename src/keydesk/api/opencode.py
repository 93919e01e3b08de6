"""GET /opencode/connect, which creates a key and so rejects navigation from other sites, and GET /opencode/config."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse

from keydesk.api.dependencies import Account, AppServices, Caller, each_once, own_address
from keydesk.api.route_rules import for_anyone, needing
from keydesk.auth.middleware import bearer_token
from keydesk.http.client_address import ClientAddress
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotSignedIn
from keydesk.opencode.policy import Handover, check_redirect, handover_address

CONFIG_PATH = "/opencode/config"
router = APIRouter(tags=["opencode"], dependencies=[Depends(each_once)])
central = APIRouter(tags=["opencode"])
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


async def own_navigation(request: Request, services: AppServices) -> None:
    services.origins.refuse_foreign_navigation(request.headers)


def parse_handover(
    redirect_uri: Annotated[str, Query(max_length=100)],
    team: Annotated[Identifier | None, Query()] = None,
    state: Annotated[str | None, Query(max_length=500)] = None,
) -> Handover:
    return Handover(check_redirect(redirect_uri), team, state)


HandoverQuery = Annotated[Handover, Depends(parse_handover)]
_RULE = needing(Permission.KEY_CREATE)


@router.get(
    "/opencode/connect",
    status_code=302,
    response_class=RedirectResponse,
    dependencies=[*_RULE["dependencies"], Depends(own_navigation)],
    openapi_extra=_RULE["openapi_extra"],
)
async def connect(
    caller: Caller, account: Account, services: AppServices, handover: HandoverQuery
) -> RedirectResponse:
    """Create the caller's key for OpenCode and redirect to its callback. The secret is only in this redirect."""
    issued = await services.connections.fill_slot(caller, await account(), handover.team_id)
    return RedirectResponse(handover_address(handover, issued.key), 302, _HEADERS)


@central.get(CONFIG_PATH, **for_anyone())
async def central_config(request: Request, services: AppServices) -> dict[str, Any]:
    """Return the provider and the models of the virtual key in the Authorization header, for OpenCode.

    The status is always 200, because OpenCode does not start after an error. A key that does not work gets a model
    whose name says what to do.
    """
    caller = ClientAddress(services.settings.limits.proxies).of(request.scope)
    found = await services.central_config.of(_sent_key(request), caller, own_address(request))
    return dict(found)


def _sent_key(request: Request) -> str | None:
    try:
        return bearer_token(request.headers)
    except NotSignedIn:
        return None
