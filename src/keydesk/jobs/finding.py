"""The outcome of a reconciled change, determined by comparing the object in LiteLLM with the request. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keydesk.audit.models import Outcome
from keydesk.kit.durations import to_litellm_budget

_NOT_COMPARABLE = {"duration", "user_id", "team_id"}
"""Not compared: a duration starts at an unknown time, and the others never change."""
_SETS = {"models", "teams", "vector_stores", "mcp_servers"}


@dataclass(frozen=True, slots=True)
class Finding:
    outcome: Outcome
    reason: str | None = None
    object_id: str | None = None


UNDECIDED = Finding(Outcome.UNKNOWN, "cannot-be-told")
GONE = Finding(Outcome.UNKNOWN, "object-is-gone")
MADE = Finding(Outcome.SUCCEEDED, "found-made")
NOT_MADE = Finding(Outcome.FAILED, "found-not-made")


def made_if(was_made: bool) -> Finding:
    return MADE if was_made else NOT_MADE


def compared(current: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Finding:
    """Return whether the object matches `after` or `before`; undecided if it matches neither or both."""
    names = [name for name in after if name in current and name not in _NOT_COMPARABLE]
    if not names:
        return UNDECIDED
    is_made = all(_same(name, current[name], after[name]) for name in names)
    is_as_before = all(name in before and _same(name, current[name], before[name]) for name in names)
    if is_made == is_as_before:
        return UNDECIDED
    return made_if(is_made)


def _same(name: str, current: Any, expected: Any) -> bool:
    if name in _SETS:
        return set(current or ()) == set(expected or ())
    if name == "budget_duration" and expected:
        return bool(current in {expected, to_litellm_budget(expected)})
    if isinstance(expected, dict) and isinstance(current, Mapping):
        return all(current.get(inner) == value for inner, value in expected.items())
    return bool(current == expected)
