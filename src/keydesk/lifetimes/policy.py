"""Rules for the lifetime of keys. Pure."""

from datetime import UTC, datetime, timedelta

from keydesk.kit.durations import length_of, max_length_of
from keydesk.kit.messages import Message, message
from keydesk.kit.problems import Conflicting, PolicyRefused
from keydesk.lifetimes.models import BLOCKERS, Violation
from keydesk.litellm import Key
from keydesk.settings import LifetimeRules

_CLOCK_DIFFERENCE = timedelta(hours=1)
"""How far the clocks of Keydesk and LiteLLM may differ before an expiration counts as too late."""


def check_lifetime(duration: str | None, rules: LifetimeRules) -> None:
    """Raise PolicyRefused if a key may not get this lifetime. None means no expiration."""
    if duration is None:
        if rules.must_expire:
            raise PolicyRefused(
                message("Every key must expire."), hint=_choose(rules.usual), param="duration"
            )
    elif not rules.allows(duration):
        raise PolicyRefused(
            message("The lifetime is too long."),
            hint=message("The maximum is %(longest)s.", longest=rules.longest),
            param="duration",
        )


def check_changed_lifetime(duration: str | None, key: Key, rules: LifetimeRules, now: datetime) -> None:
    """Raise PolicyRefused if an existing key may not get this lifetime, from now."""
    check_lifetime(duration, rules)
    check_not_expired(key, rules, now)


def check_not_expired(key: Key, rules: LifetimeRules, now: datetime) -> None:
    """Raise PolicyRefused if the key has expired and expired keys cannot be extended."""
    if has_expired(key, now) and not rules.extend_expired:
        raise PolicyRefused(
            message("This key has expired, and expired keys cannot be extended."),
            hint=message("Create a new key."),
            param="duration",
        )


def check_extension(duration: str, key: Key, rules: LifetimeRules, now: datetime) -> None:
    """Raise PolicyRefused if the key may not get this lifetime from now, or Conflicting if it would get no later end.

    A key that violates the policy may get an earlier end, because that is how its owner corrects it.
    """
    check_changed_lifetime(duration, key, rules, now)
    if key.expires_at is None and not rules.must_expire:
        raise Conflicting(message("This key never expires."), hint=message("There is nothing to extend."))
    if ends_later(key, duration, now) and not ends_too_late(key, rules, now):
        raise Conflicting(
            message("This key expires later than that already."),
            hint=message("Choose a longer lifetime."),
            param="duration",
        )


def has_expired(key: Key, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now


def ends_later(key: Key, duration: str, now: datetime) -> bool:
    """Return whether the key expires, but later than an extension by `duration` would end."""
    return key.expires_at is not None and key.expires_at >= now + length_of(duration)


def ends_too_late(key: Key, rules: LifetimeRules, now: datetime) -> bool:
    """Return whether the key expires later than a key that gets the longest lifetime now."""
    if rules.longest is None or key.expires_at is None:
        return False
    return key.expires_at > now + max_length_of(rules.longest) + _CLOCK_DIFFERENCE


FOREVER = datetime(9998, 12, 31, tzinfo=UTC)
"""The end of an approval for a key that never expires."""


def violations(
    key: Key,
    rotated_at: datetime | None,
    rules: LifetimeRules,
    now: datetime,
    approved_until: datetime | None = None,
) -> list[Violation]:
    """Return why the key violates the policy. A key that does not work anyway violates nothing.

    `rotated_at` is when the current secret was made. `approved_until` is the latest expiration that approvers allowed.
    """
    if key.blocked or has_expired(key, now):
        return []
    found = []
    is_approved = _is_approved(key, approved_until)
    if key.expires_at is None and rules.must_expire and not is_approved:
        found.append(Violation.NEVER_EXPIRES)
    if ends_too_late(key, rules, now) and not is_approved:
        found.append(Violation.TOO_LONG)
    rotate_by = must_rotate_by(rotated_at, rules)
    if rotate_by is not None and rotate_by <= now:
        found.append(Violation.ROTATION_OVERDUE)
    idle_since = unused_since(key) if rules.block_idle_after else None
    if idle_since and rules.block_idle_after and idle_since + max_length_of(rules.block_idle_after) <= now:
        found.append(Violation.IDLE)
    return found


def broken_rule(violation: Violation, rules: LifetimeRules) -> Message:
    """Return the rule that a key with the violation breaks."""
    if violation is Violation.NEVER_EXPIRES:
        return message("Every key must expire.")
    if violation is Violation.TOO_LONG:
        return message("Keys expire after %(longest)s at the latest.", longest=rules.longest)
    if violation is Violation.ROTATION_OVERDUE:
        return message("Keys must be rotated every %(period)s.", period=rules.rotate_every)
    return message("Keys that are not used for %(period)s are blocked.", period=rules.block_idle_after)


def _is_approved(key: Key, approved_until: datetime | None) -> bool:
    """Return whether the key expires no later than approvers allowed."""
    return approved_until is not None and (key.expires_at or FOREVER) <= approved_until + _CLOCK_DIFFERENCE


def must_rotate_by(rotated_at: datetime | None, rules: LifetimeRules) -> datetime | None:
    """Return when a key with a secret from `rotated_at` must be rotated, or None if the policy does not require it."""
    if rules.rotate_every is None or rotated_at is None:
        return None
    return rotated_at + max_length_of(rules.rotate_every)


def unused_since(key: Key) -> datetime | None:
    """Return the last use of the key, or its creation if it was never used. None if the last use is unknown.

    It is unknown if the release does not report it, or if the key has spend from a time before the release did.
    """
    if not key.reports_last_use or (key.last_active_at is None and key.spend > 0):
        return None
    return key.last_active_at or key.created_at


def acts_at(warned_at: datetime, rules: LifetimeRules) -> datetime:
    """Return the earliest time at which Keydesk acts on a violation."""
    return warned_at + max_length_of(rules.grace)


def violation_of_block(blocker: str | None) -> Violation | None:
    """Return the violation for which Keydesk blocked a key, or None if the blocker is someone else."""
    return next((each for each, name in BLOCKERS.items() if name == blocker), None)


def refusal_to_unblock(violation: Violation) -> PolicyRefused:
    """Return the error for an owner who cannot unblock a key that violates the policy."""
    if violation is Violation.IDLE:
        return PolicyRefused(
            message("Keydesk blocked this key because it was not used for a long time."),
            hint=message("Extend the key if you still need it."),
        )
    return PolicyRefused(
        message("Keydesk blocked this key because it was not rotated in time."),
        hint=message("Rotate the key, or create a new one."),
    )


def _choose(usual: str | None) -> Message:
    if usual is None:
        return message("Set duration to a value such as 30d.")
    return message("Set duration to a value such as %(usual)s.", usual=usual)
