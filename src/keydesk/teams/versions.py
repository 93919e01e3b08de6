"""When a team's settings last changed, for edits that must not overwrite one another. Pure.

LiteLLM's own `updated_at` does not tell: every spending moves it too (observed on 1.109.1). So each change
through the key desk stamps its time and a digest of the settings into the team's metadata. While the digest
fits, the stamp is right; where it does not, somebody changed the team in LiteLLM itself, and LiteLLM's time
is the best there is.
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
    """The metadata members to store with a change; `settings` is the team as it will be.

    Milliseconds are as much as a browser keeps. Every change is later than the one before, also when two fall
    into one millisecond or the replicas' clocks differ.
    """
    at = max(now, changed_at(before) + _TICK) if before else now
    return {CHANGED_AT: at.isoformat(timespec="milliseconds"), SETTINGS_DIGEST: _digest(settings)}


def changed_at(team: Team) -> datetime:
    """When the settings of the team last changed; members and spend are none."""
    stamp = _stamp(team, CHANGED_AT) if is_as_left(team) else None
    return stamp or team.updated_at or team.created_at or _NEVER


def stamped_if_lowered(usd: float | None, before: Team, now: datetime) -> dict[str, str]:
    """The metadata member to store with a change of the team's budget to `usd`; none where it gets no smaller."""
    is_lower = usd is not None and (before.max_budget is None or usd < before.max_budget)
    return {LOWERED_AT: now.isoformat(timespec="milliseconds")} if is_lower else {}


def lowered_at(team: Team) -> datetime | None:
    """When the team's budget was last made smaller through Keydesk."""
    return _stamp(team, LOWERED_AT)


def _stamp(team: Team, name: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(str(team.metadata.get(name))))
    except ValueError:
        return None


def is_as_left(team: Team) -> bool:
    """Return whether the last change of the team's settings went through Keydesk, not through LiteLLM itself."""
    return team.metadata.get(SETTINGS_DIGEST) == _digest(team)


def _digest(team: Team) -> str:
    settings = json.dumps(team.model_dump(mode="json", include=_SETTINGS), sort_keys=True)
    return hashlib.sha256(settings.encode()).hexdigest()[:32]
