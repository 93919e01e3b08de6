"""What a page says of the change that led to it. The address names one of these and can say nothing else."""

_DONE = {
    "key-updated": "The key was changed.",
    "key-blocked": "The key is blocked. Programs that use it are refused until you unblock it.",
    "key-unblocked": "The key works again.",
    "key-deleted": "The key was deleted.",
    "keys-pruned": "The expired keys were deleted.",
    "team-created": "The team was created. Add its members next.",
    "team-updated": "The team was changed.",
    "team-unchanged": "Nothing was different, so nothing was changed.",
    "team-blocked": "The team is blocked. Programs that use its keys are refused until you unblock it.",
    "team-unblocked": "The team works again.",
    "team-deleted": "The team and its keys were deleted.",
    "member-added": "They are in the team.",
    "member-removed": "They are no longer in the team. Keys they had in it were deleted.",
    "objects-updated": "What the team reaches was changed.",
    "signed-out": "You are signed out.",
}


def said(name: str | None) -> str | None:
    """The sentence of that name; None for a name that stands for nothing."""
    return _DONE.get(name or "")
