"""GET /config."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices, Reader
from keydesk.api.route_rules import for_people
from keydesk.config.models import ConfigView

router = APIRouter(tags=["configuration"])


@router.get("/config", response_model=ConfigView, **for_people())
async def get_config(caller: Reader, services: AppServices) -> Any:
    """Return the gateway's URL and the enabled features."""
    return await services.answers.config(caller)
