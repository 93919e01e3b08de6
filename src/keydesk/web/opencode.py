"""/.well-known/opencode, which `opencode auth login` reads at the root of a server."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from keydesk.api.dependencies import own_address
from keydesk.api.opencode import central_config
from keydesk.api.route_rules import for_anyone
from keydesk.opencode.central import well_known

WELL_KNOWN = "/.well-known/opencode"
router = APIRouter(include_in_schema=False)


@router.get(WELL_KNOWN, **for_anyone())
async def opencode(request: Request) -> Response:
    address = own_address(request)
    return JSONResponse(well_known(address, address + request.app.url_path_for(central_config.__name__)))
