"""Which keys get an answer, and what they can see. Pure."""

from datetime import datetime

from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn, PolicyRefused
from keydesk.me.models import KeyUsageView, KnownKey, OwnKeyView, State

KEY_PREFIX = "sk-"
"""LiteLLM accepts only virtual keys with this prefix."""


def check_is_virtual_key(credential: str) -> None:
    """Raise NotSignedIn for another kind of credential, such as a person's token."""
    if not credential.startswith(KEY_PREFIX):
        raise NotSignedIn(
            message(
                "This address accepts only a virtual key, which starts with %(prefix)s.", prefix=KEY_PREFIX
            )
        )


def checked(known: KnownKey | None, now: datetime) -> KnownKey:
    """Return the key.

    Raises NotSignedIn for an unknown, deleted or expired key, and PolicyRefused for a blocked one.
    """
    if known is None:
        raise NotSignedIn(message("This virtual key does not exist."))
    if known.key.expires_at is not None and known.key.expires_at <= now:
        raise NotSignedIn(message("This virtual key has expired."))
    if known.key.blocked:
        raise PolicyRefused(
            message("This virtual key is blocked."),
            hint=message("Ask the person or the team that the key belongs to."),
        )
    return known


def own_view(known: KnownKey, usage: KeyUsageView | None) -> OwnKeyView:
    """Return what the key can see about itself."""
    key = known.key
    return OwnKeyView(
        state=_state(known),
        spend=key.spend,
        max_budget=key.max_budget,
        budget_left=None if key.max_budget is None else max(0.0, key.max_budget - key.spend),
        budget_duration=key.budget_duration,
        budget_reset_at=key.budget_reset_at,
        expires_at=key.expires_at,
        models=list(known.models),
        usage=usage,
    )


def _state(known: KnownKey) -> State:
    if known.team_blocked:
        return "team_blocked"
    is_spent = known.key.max_budget is not None and known.key.spend >= known.key.max_budget
    return "over_budget" if is_spent else "active"
