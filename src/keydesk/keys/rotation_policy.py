"""Rules for rotating a key. Pure."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from keydesk.keys.models import LEAKED, NO_OVERLAP, BlockMark
from keydesk.keys.owners import owner_of
from keydesk.keys.policy import INTENT_MEMBER, is_blocked_by, violation_blocking
from keydesk.keys.secrets import Carried, FoldedKey, carrying, was_reset
from keydesk.kit.durations import budget_period_days, length_of
from keydesk.kit.messages import message
from keydesk.kit.problems import PolicyRefused
from keydesk.lifetimes.models import Violation
from keydesk.litellm import Key, KeyChanges, NewKey

_USUAL_OVERLAP = timedelta(days=1)
_SUFFIX_CHARACTERS = 8
_PREVIOUS = re.compile(rf" \(previous secret [a-z2-7]{{{_SUFFIX_CHARACTERS}}}\)$")
_FIXED_PERIODS = {"1d", "1w", "7d", "1mo", "30d"}
_MODEL_CALLS = ((), ("llm_api_routes",))


def overlap_of(requested: str | None, longest: str) -> timedelta:
    """Return how long the previous secret works, by default a day. Raises PolicyRefused if that is too long."""
    most = length_of(longest)
    if requested is None:
        return min(_USUAL_OVERLAP, most)
    overlap = timedelta() if requested == NO_OVERLAP else length_of(requested)
    if overlap > most:
        raise PolicyRefused(
            message("The previous secret can work for %(longest)s at most.", longest=longest),
            hint=message("Choose a shorter overlap."),
            param="overlap",
        )
    return overlap


def check_no_overlap(requested: str | None) -> None:
    """Raise PolicyRefused if the previous secret of a blocked key would have an overlap, in which it cannot work."""
    if requested not in (None, NO_OVERLAP):
        raise PolicyRefused(
            message("This key is blocked, so its previous secret cannot work any longer."),
            hint=message("Omit overlap, or set it to %(none)s.", none=NO_OVERLAP),
            param="overlap",
        )


def is_cured_by_rotation(key: Key, mark: BlockMark | None) -> bool:
    """Return whether Keydesk blocked the key for a leak or an overdue rotation, and nobody has changed it since."""
    overdue = violation_blocking(key, mark) is Violation.ROTATION_OVERDUE
    return overdue or is_blocked_by(LEAKED, key, mark)


def check_rotatable(key: Key, mark: BlockMark | None, now: datetime) -> None:
    """Raise PolicyRefused for a key that does not work, and for one that Keydesk cannot copy completely.

    A rotation replaces the secret of a key that Keydesk blocked because of its secret.
    """
    if key.blocked and not is_cured_by_rotation(key, mark):
        raise PolicyRefused(
            message("This key is blocked, so it cannot be rotated."),
            hint=message("Unblock the key first, or create a new key."),
        )
    if key.expires_at is not None and key.expires_at <= now:
        raise PolicyRefused(
            message("This key has expired, so it cannot be rotated."), hint=message("Create a new key.")
        )
    if key.budget_limits:
        raise PolicyRefused(
            message(
                "A key with several budgets cannot be rotated, because LiteLLM counts them for each secret."
            ),
            hint=message("Create a new key, and delete this one."),
        )
    if key.other_settings or key.allowed_routes not in _MODEL_CALLS:
        raise PolicyRefused(
            message("This key has settings from LiteLLM that Keydesk cannot copy to a new secret."),
            hint=message("Create a new key, or ask the platform team to rotate this one."),
        )


def previous_alias(alias: str | None, secret_id: str) -> str:
    """Return the name in LiteLLM of a previous secret. LiteLLM's names are unique, and the new secret needs it."""
    return f"{alias or 'key'} (previous secret {secret_id[-_SUFFIX_CHARACTERS:]})"


def name_of_key(alias: str | None) -> str | None:
    """Return the name of the key for the name of any of its secrets."""
    return alias and _PREVIOUS.sub("", alias)


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """How the current secret becomes the previous one, and what the new secret carries over.

    `previous_share_usd` is None without a budget, and without an overlap, in which the previous secret could spend.
    """

    key_id: str
    secret_id: str
    current: Key
    alias: str
    period: str | None
    ends_at: datetime
    overlap: timedelta
    previous_share_usd: float | None
    carried: Carried

    @classmethod
    def of(cls, folded: FoldedKey, secret_id: str, overlap: timedelta, now: datetime) -> "RotationPlan":
        """Plan the rotation of a key without a previous secret. `secret_id` is the id of the current secret."""
        current, carried, budget = folded.current, folded.carried, folded.key.max_budget
        ends_at = min(now + overlap, current.expires_at or now + overlap)
        ended = 0.0 if was_reset(carried, current) else carried.ended_usd
        left = None if budget is None else max(0.0, budget - ended - current.spend)
        period = period_until(current.budget_reset_at, folded.key.budget_duration, now)
        previous = left / 2 if left is not None and overlap else 0.0
        return cls(
            folded.key_id,
            secret_id,
            current,
            previous_alias(current.key_alias, secret_id),
            period,
            ends_at,
            overlap,
            current.spend + previous if left is not None and overlap else None,
            Carried(
                number=carried.number + 1,
                created_at=folded.key.created_at,
                last_active_at=folded.key.last_active_at,
                base_usd=current.spend,
                ended_usd=ended,
                ended=carried.number - 1,
                resets_at=current.budget_reset_at,
                previous_ends_at=ends_at,
                budget_usd=budget,
                period=folded.key.budget_duration if period != folded.key.budget_duration else None,
                share_usd=None if left is None else current.spend + left - previous,
            ),
        )

    @property
    def owner(self) -> str:
        return owner_of(self.current)

    def of_previous(self) -> KeyChanges:
        """Return the change that makes the current secret the previous one, all in one call."""
        changes: dict[str, object] = {"key_alias": self.alias}
        if self.current.expires_at is None or self.ends_at < self.current.expires_at:
            changes["duration"] = seconds(self.overlap)
        if self.previous_share_usd is not None:
            changes["max_budget"] = self.previous_share_usd
        return KeyChanges.model_validate(changes)

    def of_new(self, intent_id: str, now: datetime) -> NewKey:
        """Return the new secret, with everything that the current one has."""
        current = self.current
        return NewKey(
            key_alias=current.key_alias,
            user_id=current.user_id,
            team_id=current.team_id,
            models=current.models,
            duration=remaining(current.expires_at, now),
            max_budget=self.carried.share_usd,
            budget_duration=self.period,
            tpm_limit=current.tpm_limit,
            rpm_limit=current.rpm_limit,
            metadata=carrying({**current.metadata, INTENT_MEMBER: intent_id}, self.carried),
            spend=current.spend,
        )


def period_until(resets_at: datetime | None, period: str | None, now: datetime) -> str | None:
    """Return the budget period with which LiteLLM resets a new key at `resets_at`, or as soon as possible after it.

    LiteLLM begins days, weeks (7d) and months (30d) at fixed times, and counts any other number of days from today.
    """
    if period is None or resets_at is None or period in _FIXED_PERIODS or budget_period_days(period) is None:
        return period
    days = max(1, (resets_at.date() - now.date()).days)
    return f"{days + 1 if f'{days}d' in _FIXED_PERIODS and days > 1 else days}d"


def remaining(expires_at: datetime | None, now: datetime) -> str | None:
    """Return the lifetime for LiteLLM with which a key expires at the given time, to the second."""
    return None if expires_at is None else seconds(expires_at - now)


def seconds(length: timedelta) -> str:
    return f"{max(0, math.ceil(length.total_seconds()))}s"
