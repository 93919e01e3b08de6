"""Reads `x-keydesk-access`, which names the callers of a route, or several permissions that it needs together."""

from collections.abc import Set as AbstractSet


def needs_only(known: AbstractSet[str], access: str | None) -> bool:
    """Return whether everything that the route needs is in `known`. A route without a rule needs what nobody knows."""
    return access is not None and set(access.split(" and ")) <= known
