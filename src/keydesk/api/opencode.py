"""GET /opencode/connect. It creates a key, so it rejects navigation from other sites."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse

from keydesk.api.dependencies import Account, AppServices, Caller, each_once
from keydesk.api.route_rules import needing
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.opencode.policy import Handover, check_redirect, handover_address

router = APIRouter(tags=["opencode"], dependencies=[Depends(each_once)])
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
