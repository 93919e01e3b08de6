"""The routes of /keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from keydesk.api.account_dependencies import Account
from keydesk.api.caller import Caller
from keydesk.api.route_rules import for_people, needing
from keydesk.api.views import Answers, Reader, RecentAccount
from keydesk.keys.models import Done, IssuedKeyView, KeyRequest, KeyUpdate, KeyView
from keydesk.keys.service import Keys
from keydesk.kit.permission import Permission

router = APIRouter(prefix="/keys", tags=["keys"])


async def keys_service(request: Request) -> Keys:
    service: Keys = request.app.state.keys
    return service


KeysService = Annotated[Keys, Depends(keys_service)]
KeyId = Annotated[str, Path(max_length=100, description="The `token` of a key in GET /keys.")]


@router.get("", response_model=list[KeyView], **for_people())
async def list_keys(caller: Reader, answers: Answers) -> Any:
    """The caller's keys, newest first; never their secrets."""
    return await answers.keys(caller)


@router.post("/generate", **needing(Permission.KEY_CREATE))
async def generate_key(
    body: KeyRequest, caller: Caller, account: RecentAccount, keys: KeysService
) -> IssuedKeyView:
    """A new key. Its secret is in this answer and nowhere else."""
    issuer = keys.issuer.looking_ahead()
    return await issuer.issue(caller, await account(), body)


@router.post("/{key_id}/update", **needing(Permission.KEY_MANAGE))
async def update_key(
    key_id: KeyId, body: KeyUpdate, caller: Caller, account: Account, keys: KeysService
) -> KeyView:
    """Change what the body names; null clears."""
    return await keys.update(caller, await account(), key_id, body)


@router.post("/{key_id}/block", **needing(Permission.KEY_MANAGE))
async def block_key(key_id: KeyId, caller: Caller, account: Account, keys: KeysService) -> Done:
    """Stop a key from working until it is unblocked."""
    await keys.block(caller, await account(), key_id)
    return Done()


@router.post("/{key_id}/unblock", **needing(Permission.KEY_MANAGE))
async def unblock_key(key_id: KeyId, caller: Caller, account: Account, keys: KeysService) -> Done:
    """Let a key work again that the caller blocked; an administrator's block stays."""
    await keys.unblock(caller, await account(), key_id)
    return Done()


@router.post("/{key_id}/reset_spend", **needing(Permission.KEY_RESET_SPEND))
async def reset_spend(key_id: KeyId, caller: Caller, account: Account, keys: KeysService) -> Done:
    """Set the recorded spend of another person's key to zero."""
    await keys.reset_spend(caller, await account(), key_id)
    return Done()


@router.delete("/{key_id}", **needing(Permission.KEY_REVOKE))
async def delete_key(key_id: KeyId, caller: Caller, account: Account, keys: KeysService) -> Done:
    """Delete a key for good."""
    await keys.delete(caller, await account(), key_id)
    return Done()
