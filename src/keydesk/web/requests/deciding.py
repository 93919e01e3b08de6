"""GET /requests/{request_id}, and the forms that withdraw, approve and decline a request."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_people, needing
from keydesk.kit.people import Person
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotFound, Problem
from keydesk.litellm import LiteLLMError
from keydesk.requests.models import RequestRecord
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_fields import text_of
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.requests.forms import approval, faults_of, refusal
from keydesk.web.requests.view import people_in, rows

router = APIRouter(prefix="/requests/{request_id}", include_in_schema=False, route_class=PageRoute)
_FIELDS = ("max_budget", "until", "reason")
Step = Callable[[], Awaitable[RequestRecord]]


@router.get("", **for_people())
async def request_page(request: Request, request_id: str, caller: Caller) -> Response:
    return await _page(request, caller, request_id)


@router.post("/withdraw", **needing(Permission.REQUEST_CREATE))
async def withdraw(request: Request, request_id: str, caller: Caller, services: AppServices) -> Response:
    await services.requests.withdraw(caller, request_id)
    return go_to(request, "/requests", FlashMessage(_("Request withdrawn.")))


@router.post("/approve", **needing(Permission.REQUEST_DECIDE))
async def approve(request: Request, request_id: str, caller: Caller, services: AppServices) -> Response:
    form = await request.form()

    async def step() -> RequestRecord:
        return await services.requests.approve(caller, request_id, approval(form))

    return await _decided(request, caller, request_id, step)


@router.post("/decline", **needing(Permission.REQUEST_DECIDE))
async def decline(request: Request, request_id: str, caller: Caller, services: AppServices) -> Response:
    form = await request.form()

    async def step() -> RequestRecord:
        return await services.requests.decline(caller, request_id, refusal(form).reason)

    return await _decided(request, caller, request_id, step)


async def _decided(request: Request, caller: Person, request_id: str, step: Step) -> Response:
    """Make the step; on an error, show the request again with the error."""
    try:
        record = await step()
    except (Problem, LiteLLMError) as error:
        return await _page(request, caller, request_id, as_problem(error))
    text = _("Your approval is saved. A second person must approve too.")
    if record.decided_by is not None:
        text = _("Request approved.") if record.granted else _("Request declined.")
    return go_to(request, f"/requests/{request_id}", FlashMessage(text))


async def _page(
    request: Request, caller: Person, request_id: str, problem: Problem | None = None
) -> Response:
    services = services_of(request)
    record = await services.requests.find(caller, request_id)
    names = await services.people_names.of_refs(people_in([record]))
    row, is_own = rows([record], names)[0], record.ref == caller.ref
    may_decide = row.is_open and not is_own and not row.is_overdue(services.clock())
    return await page(
        request,
        "requests/request.html",
        status=problem.status if problem else 200,
        row=row,
        record=record,
        is_own=is_own,
        may_decide=may_decide,
        **(await _current(request, record) if may_decide else {}),
        second=services.settings.requests.second_approval_above_usd,
        problem=sentence(problem) if problem else None,
        faults=faults_of(problem, *_FIELDS) if problem else {},
        typed=await _typed(request),
    )


async def _current(request: Request, record: RequestRecord) -> dict[str, Any]:
    """Return what the request is about as it is now, and whether that is gone."""
    try:
        return {"current": await services_of(request).requests.current(record), "is_gone": False}
    except NotFound:
        return {"current": None, "is_gone": True}


async def _typed(request: Request) -> dict[str, str]:
    """Return what was typed into the form, empty for a page without one."""
    if request.method != "POST":
        return dict.fromkeys(_FIELDS, "")
    form = await request.form()
    return {name: text_of(form, name) for name in _FIELDS}
