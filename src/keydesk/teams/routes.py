"""GET /teams."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.access.route_rules import for_people
from keydesk.accounts.caller import Account
from keydesk.teams.models import TeamView
from keydesk.teams.service import Teams

router = APIRouter(tags=["teams"])


def teams_service(request: Request) -> Teams:
    service: Teams = request.app.state.teams
    return service


@router.get("/teams", **for_people())
async def my_teams(account: Account, teams: Annotated[Teams, Depends(teams_service)]) -> list[TeamView]:
    """The caller's teams."""
    return await teams.of(await account())
