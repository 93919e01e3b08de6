"""The routes of /requests: requests for more than the limits allow, and the decisions about them."""

from typing import Annotated

from fastapi import APIRouter, Path

from keydesk.api.dependencies import Account, AppServices, Caller
from keydesk.api.route_rules import for_people, needing
from keydesk.kit.permission import Permission
from keydesk.requests.bodies import Approval, NewRequest, Refusal
from keydesk.requests.views import RequestView

router = APIRouter(prefix="/requests", tags=["requests"])
RequestId = Annotated[str, Path(max_length=100, description="The `id` of a request.")]


@router.get("", **for_people())
async def list_requests(caller: Caller, services: AppServices) -> list[RequestView]:
    """List the caller's latest 200 requests, newest first."""
    return [RequestView.of(record) for record in await services.requests.of(caller)]


@router.post("", **needing(Permission.REQUEST_CREATE))
async def create_request(
    body: NewRequest, caller: Caller, account: Account, services: AppServices
) -> RequestView:
    """Request more than the limits allow, such as a larger budget or another model."""
    return RequestView.of(await services.requests.create(caller, await account(), body))


@router.get("/to_decide", **for_people())
async def list_requests_to_decide(caller: Caller, services: AppServices) -> list[RequestView]:
    """List up to 200 open requests of others that the caller may decide, oldest first."""
    return [RequestView.of(record) for record in await services.requests.to_decide(caller)]


@router.get("/{request_id}", **for_people())
async def read_request(request_id: RequestId, caller: Caller, services: AppServices) -> RequestView:
    """Return a request that the caller made or may decide."""
    return RequestView.of(await services.requests.find(caller, request_id))


@router.post("/{request_id}/withdraw", **needing(Permission.REQUEST_CREATE))
async def withdraw_request(request_id: RequestId, caller: Caller, services: AppServices) -> RequestView:
    """Withdraw an open request of the caller."""
    return RequestView.of(await services.requests.withdraw(caller, request_id))


@router.post("/{request_id}/approve", **needing(Permission.REQUEST_DECIDE))
async def approve_request(
    request_id: RequestId, body: Approval, caller: Caller, services: AppServices
) -> RequestView:
    """Approve a request of somebody else, or a part of it. A large budget needs the approval of two people."""
    return RequestView.of(await services.requests.approve(caller, request_id, body))


@router.post("/{request_id}/decline", **needing(Permission.REQUEST_DECIDE))
async def decline_request(
    request_id: RequestId, body: Refusal, caller: Caller, services: AppServices
) -> RequestView:
    """Decline a request of somebody else. The requester sees the reason."""
    return RequestView.of(await services.requests.decline(caller, request_id, body.reason))
