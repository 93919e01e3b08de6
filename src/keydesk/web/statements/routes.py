"""/admin/statements: the list of months, one month by dimension, and its files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_auditors
from keydesk.api.statements import Format, Label, Month, RequestedMonths, statement_file
from keydesk.chargeback.models import Dimension, Grouping
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import arranged
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page
from keydesk.web.statements.content import PATH, STATEMENTS, label_tabs, listing_of, month_name, tabs, view_of

router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


@router.get("", **for_auditors())
async def statements_page(request: Request) -> Response:
    services = services_of(request)
    found = await services.statements.chargebacks.list()
    state = state_of(STATEMENTS, PATH, request.query_params)
    return await page(
        request,
        "statements/list.html",
        statements=arranged(found.statements, state),
        path=PATH,
        months=[each.month for each in found.statements],
        month_name=month_name,
        is_enabled=services.settings.chargeback.enabled,
    )


@router.get("/export", **for_auditors())
async def statements_download(
    request: Request, months: RequestedMonths, caller: Caller, file_format: Format = "csv"
) -> Response:
    chargebacks = services_of(request).statements.chargebacks
    parts = await chargebacks.export_several(months, file_format, caller.ref)
    return statement_file(parts, f"{months.first}-to-{months.last}", file_format)


@router.get("/{month}", **for_auditors())
async def statement_page(
    request: Request,
    month: Month,
    by: Annotated[Dimension, Query()] = "cost_center",
    label: Label = None,
) -> Response:
    """Show a month. A page after the last one shows no rows."""
    path, kept = f"{PATH}/{month}", (("by", by), *((("label", label),) if label else ()))
    state = state_of(listing_of(by, label), path, request.query_params, kept=kept)
    chargebacks = services_of(request).statements.chargebacks
    detail = await chargebacks.detail(month, Grouping(by, state.page, state.size, label))
    return await page(
        request,
        "statements/month.html",
        detail=detail,
        path=path,
        groups=view_of(detail, state),
        month_name=month_name(month),
        tabs=tabs(path, by) + label_tabs(path, detail),
    )


@router.get("/{month}/export", **for_auditors())
async def statement_download(
    request: Request, month: Month, caller: Caller, file_format: Format = "csv"
) -> Response:
    parts = await services_of(request).statements.chargebacks.export(month, file_format, caller.ref)
    return statement_file(parts, month, file_format)
