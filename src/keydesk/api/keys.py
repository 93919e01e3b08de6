"""The routes of /keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from keydesk.api.dependencies import Account, AppServices, Caller, Reader, RecentAccount
from keydesk.api.route_rules import for_people, needing
from keydesk.keys.models import (
    Done,
    IssuedKeyView,
    KeyExtension,
    KeyRequest,
    KeyUpdate,
    KeyView,
    RotatedKeyView,
    RotationRequest,
)
from keydesk.kit.permission import Permission

router = APIRouter(prefix="/keys", tags=["keys"])


KeyId = Annotated[str, Path(max_length=100, description="The `token` of a key in GET /keys.")]


@router.get("", response_model=list[KeyView], **for_people())
async def list_keys(caller: Reader, services: AppServices) -> Any:
    """List the caller's keys, newest first. Secrets are not included."""
    return await services.answers.keys(caller)


@router.post("/generate", **needing(Permission.KEY_CREATE))
async def generate_key(
    body: KeyRequest, caller: Caller, account: RecentAccount, services: AppServices
) -> IssuedKeyView:
    """Create a key. The secret is only in this response."""
    issuer = services.keys.issuer.with_prefetched_models()
    return await issuer.issue(caller, await account(), body)


@router.post("/{key_id}/update", **needing(Permission.KEY_MANAGE))
async def update_key(
    key_id: KeyId, body: KeyUpdate, caller: Caller, account: Account, services: AppServices
) -> KeyView:
    """Update the fields in the body. `null` clears a field."""
    return await services.keys.update(caller, await account(), key_id, body)


@router.post("/{key_id}/extend", **needing(Permission.KEY_MANAGE))
async def extend_key(
    key_id: KeyId, body: KeyExtension, caller: Caller, account: Account, services: AppServices
) -> KeyView:
    """Let a key expire after `duration` from now, within the policy. The lifetime that is left does not count."""
    return await services.key_extension.extend(caller, await account(), key_id, body.duration)


@router.post("/{key_id}/rotate", **needing(Permission.KEY_CREATE, Permission.KEY_REVOKE))
async def rotate_key(
    key_id: KeyId, body: RotationRequest, caller: Caller, account: Account, services: AppServices
) -> RotatedKeyView:
    """Replace the secret of a key. The new secret is only in this response; the previous one works a while longer."""
    return await services.key_rotation.rotate(caller, await account(), key_id, body)


@router.post("/{key_id}/end_previous_secret", **needing(Permission.KEY_REVOKE))
async def end_previous_secret(
    key_id: KeyId, caller: Caller, account: Account, services: AppServices
) -> KeyView:
    """End the previous secret of a rotated key now. Does nothing if none works."""
    return await services.key_rotation.settling.end_now(caller, await account(), key_id)


@router.post("/{key_id}/block", **needing(Permission.KEY_MANAGE))
async def block_key(key_id: KeyId, caller: Caller, account: Account, services: AppServices) -> Done:
    """Block a key until it is unblocked. LiteLLM rejects requests with a blocked key."""
    await services.keys.block(caller, await account(), key_id)
    return Done()


@router.post("/{key_id}/unblock", **needing(Permission.KEY_MANAGE))
async def unblock_key(key_id: KeyId, caller: Caller, account: Account, services: AppServices) -> Done:
    """Unblock a key that the caller blocked. A key that an administrator blocked stays blocked."""
    await services.keys.unblock(caller, await account(), key_id)
    return Done()


@router.post("/{key_id}/adopt", **needing(Permission.KEY_MANAGE))
async def adopt_key(key_id: KeyId, caller: Caller, account: Account, services: AppServices) -> Done:
    """Record a key that was created in LiteLLM, and restrict it to model calls. Its secret does not change."""
    await services.key_adoption.adopt_own(caller, await account(), key_id)
    return Done()


@router.post("/{key_id}/reset_spend", **needing(Permission.KEY_RESET_SPEND))
async def reset_spend(key_id: KeyId, caller: Caller, account: Account, services: AppServices) -> Done:
    """Reset the spend of another person's key to zero."""
    await services.spend_reset.reset(caller, await account(), key_id)
    return Done()


@router.delete("/{key_id}", **needing(Permission.KEY_REVOKE))
async def delete_key(key_id: KeyId, caller: Caller, account: Account, services: AppServices) -> Done:
    """Delete a key permanently."""
    await services.keys.delete(caller, await account(), key_id)
    return Done()
