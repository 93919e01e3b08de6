"""GET /.well-known/backstage/permissions/metadata: Keydesk's permissions, for the policy editors of Backstage.

The route is public: Backstage calls it with a plugin token of its own, and the response contains only names.
"""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from keydesk.api.route_rules import for_anyone
from keydesk.kit.permission import Action, Permission

METADATA_PATH = "/.well-known/backstage/permissions/metadata"
router = APIRouter(tags=["permissions"])


class AttributesView(BaseModel):
    action: Action


class PermissionView(BaseModel):
    """A permission in Backstage's format. All of Keydesk's permissions are basic: they are not about a resource."""

    type: Literal["basic"] = "basic"
    name: str
    attributes: AttributesView


class PermissionsMetadataView(BaseModel):
    """The permissions. `rules` is empty, because basic permissions have no conditional decisions."""

    permissions: list[PermissionView]
    rules: list[str]


@router.get(METADATA_PATH, **for_anyone())
async def permissions_metadata() -> PermissionsMetadataView:
    """List every permission of Keydesk with its action."""
    return PermissionsMetadataView(
        permissions=[
            PermissionView(name=permission.value, attributes=AttributesView(action=permission.action))
            for permission in Permission
        ],
        rules=[],
    )
