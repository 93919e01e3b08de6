"""GET /user/info."""

from typing import Any

from fastapi import APIRouter

from keydesk.accounts.models import AccountView
from keydesk.api.dependencies import AppServices, Reader
from keydesk.api.route_rules import for_people

router = APIRouter(tags=["account"])


@router.get("/user/info", response_model=AccountView, **for_people())
async def my_account(caller: Reader, services: AppServices) -> Any:
    """Return the caller's account. The first call provisions it."""
    return await services.answers.account(caller)
