"""GET /provisioning/preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from keydesk.api.dependencies import AppServices, each_once
from keydesk.api.route_rules import for_auditors
from keydesk.kit.problems import InvalidRequest
from keydesk.provisioning_preview.models import GroupPreview, PersonPreview

router = APIRouter(tags=["provisioning"], dependencies=[Depends(each_once)])
Asked = Annotated[str | None, Query(max_length=255)]


@router.get("/provisioning/preview", **for_auditors())
async def preview_provisioning(
    services: AppServices, group: Asked = None, user: Asked = None
) -> GroupPreview | PersonPreview:
    """Which role a group maps to, or a person has, and why each setting is what it is. Changes nothing."""
    if group is not None and user is None:
        return await services.previews.of_group(group)
    if user is not None and group is None:
        return await services.previews.of_user(user)
    raise InvalidRequest("group: expected either group or user, and one of them", param="group")
