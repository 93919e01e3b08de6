"""GET /models."""

from typing import Any

from fastapi import APIRouter

from keydesk.access.route_rules import for_people
from keydesk.models.models import ModelView
from keydesk.reads.caller import Answers, Reader

router = APIRouter(tags=["models"])


@router.get("/models", response_model=list[ModelView], **for_people())
async def list_models(caller: Reader, answers: Answers) -> Any:
    """The models of the gateway, one entry for each public name."""
    return await answers.models(caller)
