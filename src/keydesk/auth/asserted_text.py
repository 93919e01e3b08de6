"""Writes what a sign-in said of a person to the database's JSON column, and reads it back. Pure."""

from typing import Any

from keydesk.kit.people import Asserted


def written_asserted(asserted: Asserted | None) -> dict[str, Any] | None:
    """The JSON object for the column."""
    if asserted is None:
        return None
    named = {"email": asserted.email, "display_name": asserted.display_name}
    return {**named, "groups": sorted(asserted.groups)}


def read_asserted(written: dict[str, Any] | None) -> Asserted | None:
    """What `written_asserted` wrote. Members of another type count as absent."""
    if written is None:
        return None
    email, display_name, groups = (written.get(name) for name in ("email", "display_name", "groups"))
    return Asserted(
        email=email if isinstance(email, str) else None,
        display_name=display_name if isinstance(display_name, str) else None,
        groups=frozenset(map(str, groups)) if isinstance(groups, list) else frozenset(),
    )
