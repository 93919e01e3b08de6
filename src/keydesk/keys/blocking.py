"""Blocks and unblocks all secrets of a key, and keeps the mark of who blocked it."""

from contextlib import suppress

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.keys.models import LEAKED, BlockMark
from keydesk.keys.owners import owner_of
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.store import KeyStore
from keydesk.kit.messages import message
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Key, LiteLLM, NotFound


def is_blocked(folded: FoldedKey) -> bool:
    """Return whether every secret is blocked. An administrator can have blocked only one of them in LiteLLM."""
    return all(secret.blocked for secret in folded.secrets)


async def can_take_over(store: KeyStore, admin: str, key_id: str) -> bool:
    """Return whether somebody else's block of a blocked key can be lifted without the platform team."""
    mark = await store.block_mark(key_id)
    return mark is not None and mark.by not in {admin, LEAKED}


def check_not_leaked(mark: BlockMark | None) -> None:
    """Raise PolicyRefused if the key is blocked because its secret was found in public."""
    if mark is not None and mark.by == LEAKED:
        raise PolicyRefused(
            message("This key was reported as leaked, so it stays blocked."),
            hint=message("Rotate the key, or create a new one."),
        )


async def block_secrets(gateway: LiteLLM, folded: FoldedKey) -> Key | None:
    """Block every secret, the current one last.

    Return the current secret, or None if it was blocked already, because that block belongs to somebody else. Raises
    NotFound if it was deleted.
    """
    for secret in folded.previous:
        if not secret.blocked:
            with suppress(NotFound):
                await gateway.keys.block(secret.token_hash)
    return None if folded.current.blocked else await gateway.keys.block(folded.current.token_hash)


async def block_for(gateway: LiteLLM, store: KeyStore, folded: FoldedKey, blocker: str) -> None:
    """Block the key for Keydesk itself. `blocker` is the mark, which only Keydesk lifts."""
    owner = owner_of(folded.current)
    if not folded.current.blocked:
        # Also marked before the call: a block without a mark could never be lifted automatically.
        await store.mark_blocked(folded.key_id, owner, BlockMark(blocker, None))
    try:
        blocked = await block_secrets(gateway, folded)
    except NotFound:
        # The key was deleted in the meantime, such as one that was being created for a suspended account.
        await store.remove(folded.key_id)
    else:
        if blocked is not None:
            await store.mark_blocked(folded.key_id, owner, BlockMark(blocker, blocked.changed_at))


def change_of_block(folded: FoldedKey, action: Action) -> Change:
    """Return the audited change of a block or an unblock by Keydesk."""
    before = {"user_id": folded.current.user_id, "blocked": folded.current.blocked}
    after = {"blocked": action is Action.BLOCKED}
    return Change(SYSTEM_ACTOR, action, AuditedTable.KEY, folded.key_id, before, after)


async def unblock_secrets(gateway: LiteLLM, folded: FoldedKey, mark: BlockMark | None) -> None:
    """Unblock the current secret, and the previous ones unless somebody changed them after the block of `mark`.

    A previous secret that had ended by then stays blocked: it may have leaked.
    """
    await gateway.keys.unblock(folded.current.token_hash)
    as_of = mark.as_of if mark else None
    for secret in folded.previous:
        changed_at = secret.changed_at
        if secret.blocked and as_of is not None and changed_at is not None and changed_at <= as_of:
            if secret.expires_at is not None and secret.expires_at <= as_of:
                continue
            with suppress(NotFound):
                await gateway.keys.unblock(secret.token_hash)


async def move_mark(store: KeyStore, key_id: str, before: Key, after: Key) -> None:
    """Keep the mark of a blocked key valid after a change that Keydesk made, because a mark ends with any change."""
    mark, owner = await store.block_mark(key_id), owner_of(before)
    if mark is not None and owner and is_blocked_by(mark.by, before, mark):
        await store.mark_blocked(key_id, owner, BlockMark(mark.by, after.changed_at))
