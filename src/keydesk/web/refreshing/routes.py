"""GET /spend: whether a page's figures have changed. Pages call it with the version that they show."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.http.cached_answer import is_not_modified
from keydesk.keys.models import KeyView
from keydesk.litellm import User
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.refreshing.figures import Figures, is_soon
from keydesk.web.usage.content import ReportRequest
from keydesk.web.usage.routes import RequestedPeriod, TeamId

router = APIRouter(include_in_schema=False, route_class=PageRoute)
KeyId = Annotated[str, Query(max_length=40)]
_SOON_SECONDS = 2.0
"""The maximum age of figures while a first request is expected. Without one, stale figures are refreshed meanwhile."""


async def spend_request(
    period: RequestedPeriod, caller: Caller, views: CallerViews, team: TeamId = "", key: KeyId = ""
) -> ReportRequest:
    return ReportRequest(caller, views, period, team or None, key or None)


@router.get("/spend", **for_people())
async def spend(
    request: Request, asked: Annotated[ReportRequest, Depends(spend_request)], account: bool = False
) -> Response:
    """Answer 200 if the figures differ from the version in If-None-Match, else 304, both with their age."""
    figures, age_seconds = await _figures(request, asked, with_account=account)
    etag = f'W/"{figures.version}"'
    status = 304 if is_not_modified(request, etag) else 200
    return Response(status_code=status, headers={"etag": etag, "age": str(int(age_seconds))})


async def _figures(request: Request, asked: ReportRequest, *, with_account: bool) -> tuple[Figures, float]:
    """Return the figures and their age in seconds. Raises LiteLLMError and NotFound like the pages."""
    usage, views = services_of(request).usage, asked.views
    if await is_soon(request, await views.account()):
        usage, views = usage.within(_SOON_SECONDS), views.within(_SOON_SECONDS)
    report, own = await asyncio.gather(
        replace(asked, views=views).read(usage), _own(views, wanted=with_account)
    )
    figures = Figures(report, *own)
    return figures, figures.age_seconds(views, services_of(request).clock())


async def _own(views: PageViews, *, wanted: bool) -> tuple[User | None, Sequence[KeyView]]:
    if not wanted:
        return None, ()
    account, keys = await asyncio.gather(views.account(), views.keys())
    return account, keys
