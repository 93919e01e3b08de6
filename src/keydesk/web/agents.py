"""/mcp, and the metadata with which clients of it find the sign-in (RFC 9728)."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from keydesk.api.dependencies import own_address, services_of
from keydesk.api.route_rules import for_anyone, for_people
from keydesk.auth.middleware import PROBLEM, bearer_token
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.messages import message
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import NotSignedIn
from keydesk.web.machines.available import MCP, issuer_of

METADATA = "/.well-known/oauth-protected-resource"


class BearerRoute(SegmentRoute):
    """Takes bearer tokens only, so that no page can use a person's cookie. A 401 names the metadata."""

    def get_route_handler(self) -> Callable[..., Any]:
        handle = super().get_route_handler()

        async def handle_with_bearer(request: Request) -> Response:
            try:
                _check_bearer(request)
                answer: Response = await handle(request)
            except NotSignedIn as problem:
                refusal = problem_response(problem)
                address = own_address(request) + METADATA + MCP
                refusal.headers["www-authenticate"] = f'Bearer resource_metadata="{address}"'
                return refusal
            return answer

        return handle_with_bearer


def _check_bearer(request: Request) -> None:
    """Raise NotSignedIn without a bearer token, and the problem that its check had."""
    if PROBLEM in request.scope:
        raise request.scope[PROBLEM]
    if bearer_token(request.headers) is None:
        raise NotSignedIn(message("Send a bearer token in the Authorization header."))


router = APIRouter(include_in_schema=False, route_class=BearerRoute)
metadata = APIRouter(include_in_schema=False, route_class=SegmentRoute)


@router.post(MCP, **for_people())
async def mcp(request: Request) -> Response:
    return await services_of(request).agents.response()


@metadata.get(METADATA, **for_anyone())
@metadata.get(METADATA + MCP, **for_anyone())
async def protected_resource(request: Request) -> Response:
    """Return the metadata. Where machines cannot sign in, it names no authorization server."""
    found: dict[str, Any] = {
        "resource": own_address(request) + MCP,
        "resource_name": "Keydesk",
        "bearer_methods_supported": ["header"],
    }
    if services_of(request).machines.are_enabled:
        found["authorization_servers"] = [issuer_of(request)]
    return JSONResponse(found)
