"""Rules for requests of a longer lifetime of a key. Pure."""

from datetime import datetime, timedelta

from keydesk.kit.durations import max_length_of
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.lifetimes.policy import check_not_expired
from keydesk.litellm import Key
from keydesk.settings import LifetimeRules

_LONGEST = timedelta(days=3660)


def check_beyond_policy(until: datetime | None, key: Key, rules: LifetimeRules, now: datetime) -> None:
    """Check a new request. Raises InvalidRequest, and PolicyRefused for a key that cannot be extended.

    An expiration that the key has already can be requested too, if the policy does not allow it.
    """
    if key.blocked:
        raise PolicyRefused(
            message("This key is blocked, and blocked keys cannot be extended."),
            hint=message("Unblock the key first."),
        )
    check_not_expired(key, rules, now)
    if key.expires_at is None and not rules.must_expire:
        raise InvalidRequest(message("This key never expires."), hint=message("There is nothing to extend."))
    if until is not None and key.expires_at is not None and until < key.expires_at:
        raise InvalidRequest(
            message("until: must not be earlier than the current expiration of the key"), param="until"
        )
    if until is not None and until > now + _LONGEST:
        raise InvalidRequest(message("until: must be at most ten years away"), param="until")
    if _is_allowed(until, rules, now):
        raise InvalidRequest(
            message("until: the policy allows this without an approval"),
            hint=message("Extend the key."),
            param="until",
        )


def _is_allowed(until: datetime | None, rules: LifetimeRules, now: datetime) -> bool:
    """Return whether the owner can give the key this expiration without an approval."""
    if until is None:
        return not rules.must_expire
    return rules.longest is None or until <= now + max_length_of(rules.longest)
