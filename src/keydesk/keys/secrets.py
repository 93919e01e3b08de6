"""Shows a rotated key, which is one key in LiteLLM for each of its secrets, as one key. Pure.

A rotation makes a new secret, and the previous one works until the overlap ends. The new secret begins with the spend
of the previous one, so that LiteLLM's own counter, budget period and reset go on. While both secrets work, each has a
share of what is left of the budget: together they cannot spend more than the budget, even if Keydesk is down.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from keydesk.keys.models import KeyView
from keydesk.litellm import Key

ROTATION_MEMBER = "keydesk_rotation"
"""Metadata member of a key's later secrets, with what they carry over from earlier ones."""


class Carried(BaseModel):
    """What a later secret carries over. It is changed in the same call as LiteLLM's `max_budget`.

    `number` counts the secrets of the key; the first is 1. The secret began with `base_usd` of spend, which the
    previous secret had spent. `ended_usd` is what the previous secret spent after that, once it is known and the
    previous secret ended (`ended` is its number). Both count until LiteLLM resets the spend after `resets_at`.
    The previous secret works until `previous_ends_at`. While LiteLLM's `max_budget` is `share_usd`, it is only a share
    of the key's budget, `budget_usd`. `period` is the budget period of the key, if LiteLLM has a shorter one until the
    reset.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = 1
    created_at: datetime | None = None
    last_active_at: datetime | None = None
    base_usd: float = 0.0
    ended_usd: float = 0.0
    ended: int = 0
    previous_ends_at: datetime | None = None
    resets_at: datetime | None = None
    budget_usd: float | None = None
    share_usd: float | None = None
    period: str | None = None

    @classmethod
    def by(cls, secret: Key) -> "Carried":
        """Return what the secret carries over; nothing for a first secret, and for metadata that is not valid."""
        try:
            return cls.model_validate(secret.metadata.get(ROTATION_MEMBER) or {})
        except ValidationError:
            return cls()


@dataclass(frozen=True, slots=True)
class FoldedKey:
    """A key with all its secrets. `key` is the current secret with the key's own budget, spend, creation and use.

    `previous` are the earlier secrets that LiteLLM still has, newest first. They may have expired.
    """

    key_id: str
    key: Key
    current: Key
    carried: Carried
    previous: tuple[Key, ...] = ()

    @classmethod
    def of(cls, key_id: str, secrets: Iterable[Key]) -> "FoldedKey":
        """Return the key with these secrets, at least one, in any order."""
        numbered = sorted(((Carried.by(secret), secret) for secret in secrets), key=_age)
        (carried, current), *rest = numbered
        previous = tuple(secret for _, secret in rest)
        times = [carried.last_active_at, *(secret.last_active_at for _, secret in numbered)]
        shown = {
            "spend": spent_usd(carried, current, previous),
            "max_budget": _budget(carried, current),
            "budget_duration": carried.period or current.budget_duration,
            "created_at": carried.created_at or current.created_at,
            "last_active_at": max((at for at in times if at is not None), default=None),
        }
        return cls(key_id, current.model_copy(update=shown), current, carried, previous)

    @property
    def secrets(self) -> tuple[Key, ...]:
        """All secrets, earlier ones first, the current one last."""
        return (*reversed(self.previous), self.current)

    @property
    def previous_ends_at(self) -> datetime | None:
        """When the previous secret stops or stopped working, or None without one."""
        if not self.previous:
            return None
        known = (self.carried.previous_ends_at, *(secret.expires_at for secret in self.previous))
        return min((at for at in known if at is not None), default=None)


def _age(numbered: tuple[Carried, Key]) -> tuple[int, float]:
    carried, secret = numbered
    return -carried.number, -(secret.created_at.timestamp() if secret.created_at else 0.0)


def view_of(key: FoldedKey) -> KeyView:
    return KeyView.of(key.key, key.key_id, key.previous_ends_at)


def folded(keys: Iterable[Key], id_of: Callable[[str], str]) -> dict[str, FoldedKey]:
    """Return LiteLLM's keys as keys by id, in the same order. `id_of` is `KeyIds.of`."""
    secrets: dict[str, list[Key]] = {}
    for key in keys:
        secrets.setdefault(id_of(key.token_hash), []).append(key)
    return {key_id: FoldedKey.of(key_id, found) for key_id, found in secrets.items()}


def spent_usd(carried: Carried, current: Key, previous: Iterable[Key]) -> float:
    """Return what all secrets spent in the current budget period."""
    counted = [secret for secret in previous if Carried.by(secret).number > carried.ended]
    if any(was_reset(carried, secret) for secret in (current, *counted)):
        return current.spend + sum(secret.spend for secret in counted)
    after_base = (max(0.0, secret.spend - carried.base_usd) for secret in counted)
    return carried.ended_usd + current.spend + sum(after_base)


def was_reset(carried: Carried, secret: Key) -> bool:
    """Return whether LiteLLM began a new budget period since the rotation."""
    before, now = carried.resets_at, secret.budget_reset_at
    return before is not None and now is not None and now > before


def has_share(carried: Carried, current: Key) -> bool:
    """Return whether the secret's `max_budget` is the share that Keydesk set. An administrator may have changed it."""
    share, found = carried.share_usd, current.max_budget
    return share is not None and found is not None and math.isclose(share, found, abs_tol=1e-9)


def _budget(carried: Carried, current: Key) -> float | None:
    return carried.budget_usd if has_share(carried, current) else current.max_budget


def carrying(metadata: dict[str, JsonValue], carried: Carried) -> dict[str, JsonValue]:
    """Return the metadata with what the secret carries over."""
    return {**metadata, ROTATION_MEMBER: carried.model_dump(mode="json", exclude_defaults=True)}
