"""GET /models."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices, Reader
from keydesk.api.route_rules import for_people
from keydesk.models.models import ModelView

router = APIRouter(tags=["models"])


@router.get("/models", response_model=list[ModelView], **for_people())
async def list_models(caller: Reader, services: AppServices) -> Any:
    """List the gateway's models, one entry for each public name."""
    return await services.answers.models(caller)
