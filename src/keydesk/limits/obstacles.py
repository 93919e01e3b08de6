"""What stops every call of a key, other than a limit. Pure."""

from collections.abc import Iterator

from keydesk.keys.models import LEAKED
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.suspension import LEFT_THE_DIRECTORY
from keydesk.kit.messages import message
from keydesk.lifetimes.models import Violation
from keydesk.lifetimes.policy import violation_of_block
from keydesk.limits.models import Context, Reason


def obstacles(key: FoldedKey, context: Context) -> Iterator[Reason]:
    """Yield the reasons why LiteLLM refuses every call with the key."""
    if context.owner_left:
        yield Reason("owner_left", message("The owner of this key left the directory, so Keydesk blocks it."))
    elif key.key.blocked:
        yield _block(context)
    if key.key.expires_at is not None and key.key.expires_at <= context.as_of:
        yield Reason("expired", message("This key has expired. Extend it, or create a new key."))
    if context.team is not None and context.team.team is None:
        yield Reason("team_missing", message("The team of this key no longer exists. Create a new key."))
    elif context.team is not None and context.team.team is not None and context.team.team.blocked:
        yield Reason("team_blocked", message("The team of this key is blocked. Ask a team admin."))


def _block(context: Context) -> Reason:
    blocker, violation = context.blocker, violation_of_block(context.blocker)
    if blocker == LEAKED:
        return Reason("leaked", message("This key was reported as leaked. Rotate it to get a new secret."))
    if blocker == LEFT_THE_DIRECTORY:
        return Reason("blocked", message("Keydesk blocked this key when its owner left the directory."))
    if violation is Violation.IDLE:
        text = message(
            "Keydesk blocked this key because it was not used for a long time. Extend it if you still need it."
        )
        return Reason("blocked_by_policy", text)
    if violation is not None:
        text = message(
            "Keydesk blocked this key because it was not rotated in time. Rotate it to get a new secret."
        )
        return Reason("blocked_by_policy", text)
    if blocker is not None and blocker == context.reader:
        return Reason("blocked", message("You blocked this key. Unblock it to use it again."))
    return Reason("blocked", message("This key is blocked. Ask the platform team to unblock it."))
