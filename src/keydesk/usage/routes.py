"""GET /usage and GET /teams/{team_id}/usage."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.access.route_rules import for_people
from keydesk.fields import Identifier
from keydesk.identity.caller import Caller
from keydesk.reads.caller import KnownUser as Account
from keydesk.usage.models import UsageView
from keydesk.usage.period import Period, parse_period
from keydesk.usage.service import Usage

router = APIRouter(tags=["usage"])


def usage_service(request: Request) -> Usage:
    service: Usage = request.app.state.usage
    return service


UsageService = Annotated[Usage, Depends(usage_service)]
Day = Annotated[str | None, Query(description="YYYY-MM-DD, UTC", examples=["2026-01-31"])]


def asked_period(usage: UsageService, start_date: Day = None, end_date: Day = None) -> Period:
    return parse_period(start_date, end_date, usage.clock().date())


AskedPeriod = Annotated[Period, Depends(asked_period)]


@router.get("/usage", **for_people())
async def my_usage(period: AskedPeriod, account: Account, usage: UsageService) -> UsageView:
    """What the caller used, by day, model and key; by default in the last thirty days."""
    return await usage.of_user(await account(), period)


@router.get("/teams/{team_id}/usage", **for_people())
async def team_usage(
    team_id: Identifier, period: AskedPeriod, caller: Caller, account: Account, usage: UsageService
) -> UsageView:
    """What a team used that the caller is in or manages."""
    return await usage.of_team(caller, await account(), team_id, period)
