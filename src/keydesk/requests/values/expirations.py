"""The expiration of a key. LiteLLM ends the key itself, so that nothing is taken back. Pure."""

from typing import Any


def without(_base: Any, _given: Any, current: Any) -> Any:
    """Return the current expiration: an approval that has ended leaves an expired key."""
    return current


def on_top_of(_base: Any, _given: Any, other: Any) -> Any:
    """Return another expiration unchanged."""
    return other


def union(_one: Any, other: Any) -> Any:
    """Return the later approval, which is in force from now on."""
    return other
