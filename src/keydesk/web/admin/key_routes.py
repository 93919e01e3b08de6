"""GET /admin/keys: all keys of the gateway, from the index, and their file."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from keydesk.api.dependencies import Reader, services_of
from keydesk.api.key_index import FILE_HEADERS
from keydesk.api.route_rules import for_auditors
from keydesk.keys.models import KeyView
from keydesk.kit.problems import InvalidRequest, NotReady
from keydesk.usage.csv_file import MEDIA_TYPE
from keydesk.usage.csv_stream import csv_parts
from keydesk.web.admin.all_keys import ALL_KEYS, Row, filter_of, view_of
from keydesk.web.error_view import sentence
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import ListView, arranged
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(prefix="/admin/keys", include_in_schema=False, route_class=PageRoute)
PATH = "/admin/keys"


@router.get("", **for_auditors())
async def all_keys_page(request: Request, caller: Reader) -> Response:
    """Before the first pass over all keys is complete, the page shows how far it is."""
    services = services_of(request)
    state = state_of(ALL_KEYS, PATH, request.query_params)
    keys: ListView[Row] = arranged([], state)
    index_as_of, problem = None, None
    try:
        keys, index_as_of = await view_of(services, state)
    except NotReady:
        pass
    except InvalidRequest as refused:
        problem = refused
    return await page(
        request,
        "admin/keys.html",
        status=problem.status if problem else 200,
        keys=keys,
        index_as_of=index_as_of,
        index=await services.all_keys.index.state(),
        problem=sentence(problem) if problem else None,
        may_change=await services.key_admins.include(caller),
    )


@router.get("/export", **for_auditors())
async def all_keys_file(request: Request) -> Response:
    services = services_of(request)
    state = state_of(ALL_KEYS, PATH, request.query_params)
    batches = await services.all_keys.index.export(filter_of(state, services.clock()))
    return StreamingResponse(csv_parts(KeyView, batches), headers=FILE_HEADERS, media_type=MEDIA_TYPE)
