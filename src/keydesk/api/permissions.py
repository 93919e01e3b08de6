"""GET /.well-known/backstage/permissions/metadata: our permissions, for the policy editors of Backstage.

Public: Backstage asks with a plugin token of its own, and the answer holds nothing but names.
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
    """A permission in Backstage's form; all of ours are basic, about no particular resource."""

    type: Literal["basic"] = "basic"
    name: str
    attributes: AttributesView


class PermissionsMetadataView(BaseModel):
    """`rules` is empty: there is nothing that a conditional decision could be about."""

    permissions: list[PermissionView]
    rules: list[str]


@router.get(METADATA_PATH, **for_anyone())
async def permissions_metadata() -> PermissionsMetadataView:
    """Every permission of the key desk with its action."""
    return PermissionsMetadataView(
        permissions=[
            PermissionView(name=permission.value, attributes=AttributesView(action=permission.action))
            for permission in Permission
        ],
        rules=[],
    )
