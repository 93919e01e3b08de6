"""GET /teams."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices, Reader
from keydesk.api.route_rules import for_people
from keydesk.teams.models import TeamView

router = APIRouter(tags=["teams"])


@router.get("/teams", response_model=list[TeamView], **for_people())
async def my_teams(caller: Reader, services: AppServices) -> Any:
    """List the caller's teams."""
    return await services.answers.teams(caller)
