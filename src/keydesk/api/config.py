"""GET /config."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.route_rules import for_people
from keydesk.api.views import Answers, Reader
from keydesk.config.models import ConfigView

router = APIRouter(tags=["configuration"])


@router.get("/config", response_model=ConfigView, **for_people())
async def get_config(caller: Reader, answers: Answers) -> Any:
    """The gateway's address, and which features are on."""
    return await answers.config(caller)
