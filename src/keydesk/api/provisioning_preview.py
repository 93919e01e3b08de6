"""GET /provisioning/preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from keydesk.api.dependencies import AppServices, each_once
from keydesk.api.route_rules import for_auditors
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest
from keydesk.provisioning_preview.models import GroupPreview, PersonPreview

router = APIRouter(tags=["provisioning"], dependencies=[Depends(each_once)])
Reference = Annotated[str | None, Query(max_length=255)]


@router.get("/provisioning/preview", **for_auditors())
async def preview_provisioning(
    services: AppServices, group: Reference = None, user: Reference = None
) -> GroupPreview | PersonPreview:
    """Return the role of a group or person and the source of each setting. Changes nothing."""
    if group is not None and user is None:
        return await services.previews.of_group(group)
    if user is not None and group is None:
        return await services.previews.of_user(user)
    raise InvalidRequest(message("group: expected exactly one of group and user"), param="group")
