"""GET /models."""

from typing import Any

from fastapi import APIRouter

from keydesk.api.route_rules import for_people
from keydesk.api.views import Answers, Reader
from keydesk.models.models import ModelView

router = APIRouter(tags=["models"])


@router.get("/models", response_model=list[ModelView], **for_people())
async def list_models(caller: Reader, answers: Answers) -> Any:
    """The models of the gateway, one entry for each public name."""
    return await answers.models(caller)
