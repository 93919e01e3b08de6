"""Determines when the settings of a team last changed, for optimistic locking. Pure.

LiteLLM's `updated_at` also changes with every spend (observed on 1.109.1). Therefore every change through Keydesk
stores its time and a digest of the settings in the team's metadata. If the digest does not match, the team was changed
in LiteLLM itself, and LiteLLM's time is used instead.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from keydesk.kit.dates import in_utc
from keydesk.litellm import Team

CHANGED_AT = "keydesk_changed_at"
LOWERED_AT = "keydesk_budget_lowered_at"
SETTINGS_DIGEST = "keydesk_settings"
_SETTINGS = {"team_alias", "models", "max_budget", "budget_duration", "tpm_limit", "rpm_limit", "blocked"}
_TICK = timedelta(milliseconds=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def stamped(settings: Team, now: datetime, before: Team | None = None) -> dict[str, str]:
    """Return the metadata members to store with a change. `settings` is the team after the change.

    The time has milliseconds, the precision of browsers. It is always later than that of the change before, even
    within one millisecond or if the clocks of replicas differ.
    """
    at = max(now, changed_at(before) + _TICK) if before else now
    return {CHANGED_AT: at.isoformat(timespec="milliseconds"), SETTINGS_DIGEST: _digest(settings)}


def changed_at(team: Team) -> datetime:
    """Return when the settings of the team last changed. Changes of members and spend do not count."""
    stamp = _stamp(team, CHANGED_AT) if is_last_changed_by_keydesk(team) else None
    return stamp or team.updated_at or team.created_at or _NEVER


def stamped_if_lowered(usd: float | None, before: Team, now: datetime) -> dict[str, str]:
    """Return the metadata member to store if a change to `usd` lowers the team's budget, else an empty mapping."""
    is_lower = usd is not None and (before.max_budget is None or usd < before.max_budget)
    return {LOWERED_AT: now.isoformat(timespec="milliseconds")} if is_lower else {}


def lowered_at(team: Team) -> datetime | None:
    """Return when the team's budget was last lowered through Keydesk."""
    return _stamp(team, LOWERED_AT)


def _stamp(team: Team, name: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(str(team.metadata.get(name))))
    except ValueError:
        return None


def is_last_changed_by_keydesk(team: Team) -> bool:
    """Return whether the team's settings were last changed through Keydesk, not in LiteLLM itself."""
    return team.metadata.get(SETTINGS_DIGEST) == _digest(team)


def _digest(team: Team) -> str:
    settings = json.dumps(team.model_dump(mode="json", include=_SETTINGS), sort_keys=True)
    return hashlib.sha256(settings.encode()).hexdigest()[:32]
