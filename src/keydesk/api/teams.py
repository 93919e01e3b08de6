"""GET /teams."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.route_rules import for_people
from keydesk.api.views import Answers, Reader
from keydesk.teams.models import TeamView

router = APIRouter(tags=["teams"])


@router.get("/teams", response_model=list[TeamView], **for_people())
async def my_teams(caller: Reader, answers: Answers) -> Any:
    """The caller's teams."""
    return await answers.teams(caller)
