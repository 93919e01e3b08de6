"""What a page says of the change that led to it. The address names one of these and can say nothing else."""

_DONE = {
    "key-updated": "The key was changed.",
    "key-blocked": "The key is blocked. Programs that use it are refused until you unblock it.",
    "key-unblocked": "The key works again.",
    "key-deleted": "The key was deleted.",
    "keys-pruned": "The expired keys were deleted.",
    "signed-out": "You are signed out.",
}


def said(name: str | None) -> str | None:
    """The sentence of that name; None for a name that stands for nothing."""
    return _DONE.get(name or "")
