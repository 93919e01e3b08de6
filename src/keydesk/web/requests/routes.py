"""The pages below /requests: own requests, a new one, and the decisions about those of others."""

from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller, services_of
from keydesk.api.route_rules import for_people, needing
from keydesk.kit.people import Person
from keydesk.kit.permission import Permission
from keydesk.kit.problems import DirectoryUnavailable, Problem
from keydesk.litellm import LiteLLMError
from keydesk.requests.models import RequestRecord
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_drafts import draft_of
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.requests.form_content import form_content
from keydesk.web.requests.forms import FIELDS, faults_of, linked, new_request, typed_in
from keydesk.web.requests.view import people_in, rows

router = APIRouter(prefix="/requests", include_in_schema=False, route_class=PageRoute)


@router.get("", **for_people())
async def requests_page(request: Request, caller: Caller, services: AppServices) -> Response:
    own, waiting = await services.requests.of(caller), await _to_decide(request, caller)
    names = await services.people_names.of_refs(people_in([*own, *waiting]))
    content: dict[str, Any] = {
        "own": rows(own, names),
        "waiting": rows(waiting, names),
        "now": services.clock(),
    }
    return await page(request, "requests/list.html", **content)


@router.get("/new", **needing(Permission.REQUEST_CREATE))
async def new_request_page(request: Request, caller: Caller) -> Response:
    services_of(request).requests.check_enabled()
    draft = draft_of(request)
    return await _form_page(request, caller, typed_in(draft) if draft else linked(request.query_params))


@router.post("", **needing(Permission.REQUEST_CREATE))
async def create_request(
    request: Request, caller: Caller, account: Account, services: AppServices
) -> Response:
    """Create the request; on an error, show the form again with the error."""
    typed = typed_in(await request.form())
    try:
        record = await services.requests.create(caller, await account(), new_request(typed))
    except (Problem, LiteLLMError) as error:
        return await _form_page(request, caller, typed, as_problem(error))
    return go_to(request, f"/requests/{record.id}", FlashMessage(_("Request sent.")))


async def _to_decide(request: Request, caller: Person) -> list[RequestRecord]:
    """Return the requests to decide, none while it is unknown who may."""
    try:
        return await services_of(request).requests.to_decide(caller)
    except (DirectoryUnavailable, LiteLLMError):
        return []


async def _form_page(
    request: Request, caller: Person, typed: dict[str, str], problem: Problem | None = None
) -> Response:
    content = await form_content(request, caller, typed)
    return await page(
        request,
        "requests/new.html",
        status=problem.status if problem else 200,
        typed=typed,
        problem=sentence(problem) if problem else None,
        faults=faults_of(problem, *FIELDS) if problem else {},
        **content,
    )
