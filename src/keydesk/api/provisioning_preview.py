"""GET /provisioning/preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.api.auditors import for_auditors
from keydesk.http.single_values import each_once
from keydesk.kit.problems import InvalidRequest
from keydesk.provisioning_preview.models import GroupPreview, PersonPreview
from keydesk.provisioning_preview.service import Previews

router = APIRouter(tags=["provisioning"], dependencies=[Depends(each_once)])
Asked = Annotated[str | None, Query(max_length=255)]


async def previews_service(request: Request) -> Previews:
    service: Previews = request.app.state.previews
    return service


@router.get("/provisioning/preview", **for_auditors())
async def preview_provisioning(
    previews: Annotated[Previews, Depends(previews_service)], group: Asked = None, user: Asked = None
) -> GroupPreview | PersonPreview:
    """Which role a group maps to, or a person has, and why each setting is what it is. Changes nothing."""
    if group is not None and user is None:
        return await previews.of_group(group)
    if user is not None and group is None:
        return await previews.of_user(user)
    raise InvalidRequest("group: expected either group or user, and one of them", param="group")
