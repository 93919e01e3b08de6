"""The routes of service keys, for the admins of the team that owns them."""

from fastapi import APIRouter

from keydesk.allowances.models import AllowanceView
from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.keys import KeyId
from keydesk.api.route_rules import for_team_admins
from keydesk.http.segment_route import SegmentRoute
from keydesk.keys.models import Done, KeyExtension, KeyUpdate, RotatedKeyView, RotationRequest
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.service_keys.models import (
    ContactsUpdate,
    IssuedServiceKeyView,
    ServiceKeyRequest,
    ServiceKeyView,
)

router = APIRouter(prefix="/teams/{team_id}/service-keys", tags=["service keys"], route_class=SegmentRoute)


@router.get("", **for_team_admins(Permission.TEAM_MANAGE))
async def list_service_keys(
    team_id: Identifier, caller: Caller, services: AppServices
) -> list[ServiceKeyView]:
    """List the keys that the team owns, newest first. Secrets are not included."""
    return await services.service_keys.of_team(caller, team_id)


@router.get("/allowance", **for_team_admins(Permission.TEAM_MANAGE))
async def read_service_key_allowance(
    team_id: Identifier, caller: Caller, services: AppServices
) -> AllowanceView:
    """Return what all service keys of the team may have together, and what is left of it."""
    return await services.service_keys.allowance(caller, team_id)


@router.post("", **for_team_admins(Permission.TEAM_MANAGE))
async def create_service_key(
    team_id: Identifier, body: ServiceKeyRequest, caller: Caller, services: AppServices
) -> IssuedServiceKeyView:
    """Create a key that the team owns. The secret is only in this response.

    Requires `litellm.keyGeneration.serviceKeys`.
    """
    return await services.service_keys.create(caller, team_id, body)


@router.patch("/{key_id}", **for_team_admins(Permission.TEAM_MANAGE))
async def update_service_key(
    team_id: Identifier, key_id: KeyId, body: KeyUpdate, caller: Caller, services: AppServices
) -> ServiceKeyView:
    """Update the fields in the body. `null` clears a field."""
    return await services.service_keys.update(caller, team_id, key_id, body)


@router.post("/{key_id}/extend", **for_team_admins(Permission.TEAM_MANAGE))
async def extend_service_key(
    team_id: Identifier, key_id: KeyId, body: KeyExtension, caller: Caller, services: AppServices
) -> ServiceKeyView:
    """Let a key expire after `duration` from now, within the policy. The lifetime that is left does not count."""
    return await services.service_keys.extend(caller, team_id, key_id, body.duration)


@router.post("/{key_id}/rotate", **for_team_admins(Permission.TEAM_MANAGE))
async def rotate_service_key(
    team_id: Identifier, key_id: KeyId, body: RotationRequest, caller: Caller, services: AppServices
) -> RotatedKeyView:
    """Replace the secret of a key. The new secret is only in this response; the previous one works a while longer."""
    return await services.service_keys.rotate(caller, team_id, key_id, body)


@router.post("/{key_id}/end_previous_secret", **for_team_admins(Permission.TEAM_MANAGE))
async def end_previous_secret_of_service_key(
    team_id: Identifier, key_id: KeyId, caller: Caller, services: AppServices
) -> ServiceKeyView:
    """End the previous secret of a rotated key now. Does nothing if none works."""
    return await services.service_keys.end_previous_secret(caller, team_id, key_id)


@router.put("/{key_id}/contacts", **for_team_admins(Permission.TEAM_MANAGE))
async def set_service_key_contacts(
    team_id: Identifier, key_id: KeyId, body: ContactsUpdate, caller: Caller, services: AppServices
) -> ServiceKeyView:
    """Replace the people who are responsible for a key. They get the notices about it."""
    return await services.service_keys.set_contacts(caller, team_id, key_id, body.contacts)


@router.post("/{key_id}/block", **for_team_admins(Permission.TEAM_MANAGE))
async def block_service_key(
    team_id: Identifier, key_id: KeyId, caller: Caller, services: AppServices
) -> Done:
    """Block a key until an admin of the team unblocks it. LiteLLM rejects requests with a blocked key."""
    await services.service_keys.block(caller, team_id, key_id)
    return Done()


@router.post("/{key_id}/unblock", **for_team_admins(Permission.TEAM_MANAGE))
async def unblock_service_key(
    team_id: Identifier, key_id: KeyId, caller: Caller, services: AppServices
) -> Done:
    """Unblock a key that an admin of the team blocked. A key that the platform team blocked stays blocked."""
    await services.service_keys.unblock(caller, team_id, key_id)
    return Done()


@router.delete("/{key_id}", **for_team_admins(Permission.TEAM_MANAGE))
async def delete_service_key(
    team_id: Identifier, key_id: KeyId, caller: Caller, services: AppServices
) -> Done:
    """Delete a key permanently."""
    await services.service_keys.delete(caller, team_id, key_id)
    return Done()
