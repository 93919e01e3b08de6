"""GET /limits/explain and GET /limits/allowance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from keydesk.allowances.models import AllowanceView
from keydesk.api.dependencies import AppServices, CachedAccount, Reader, each_once
from keydesk.api.route_rules import for_people
from keydesk.api.services import Services
from keydesk.kit.field_types import Identifier
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.problems import NotFound
from keydesk.limits.models import Explanation, LimitsView
from keydesk.litellm import User

router = APIRouter(prefix="/limits", tags=["limits"], dependencies=[Depends(each_once)])
KeyParameter = Annotated[Identifier, Query(description="The `token` of a key in GET /keys.")]


@router.get("/explain", **for_people())
async def explain_limits(
    key: KeyParameter, caller: Reader, account: CachedAccount, services: AppServices
) -> LimitsView:
    """Explain which limits apply to one of the caller's keys, what is left of each, and which one stops the key.

    Auditors can read this of every key whose owner Keydesk knows.
    """
    return LimitsView.of(await explained(services, caller, await account(), key))


@router.get("/allowance", **for_people())
async def read_allowance(account: CachedAccount, services: AppServices) -> AllowanceView:
    """Return what all keys of the caller may have together, and what is left of it."""
    return await services.keys.issuer.allowance.view((await account()).user_id)


async def explained(services: Services, caller: VerifiedCaller, user: User, key_id: str) -> Explanation:
    """Explain a key of the caller, or any key to an auditor. Raises NotFound."""
    try:
        return await services.key_limits.of(caller.person, user, key_id)
    except NotFound:
        if not await services.auditors.include(caller):
            raise
    return await services.key_limits.for_auditor(caller.person, key_id)
