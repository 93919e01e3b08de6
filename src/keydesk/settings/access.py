"""What people may do: who decides it, and which groups have which permission."""

from typing import Annotated

from pydantic import AfterValidator

from keydesk.kit.permission import Permission
from keydesk.settings.key_paths import did_you_mean
from keydesk.settings.section import Section
from keydesk.settings.values import GroupRef


def permission_names() -> list[str]:
    """Every permission there is."""
    return [str(permission) for permission in Permission]


def _known_permission(name: str) -> str:
    known = permission_names()
    if name not in known:
        raise ValueError(f"is not a permission{did_you_mean(name, known)}")
    return name


Grants = dict[Annotated[str, AfterValidator(_known_permission)], tuple[GroupRef, ...]]
TEAM_PERMISSIONS = "litellm.team."
"""What the names of all permissions of team management begin with."""


class Permissions(Section):
    """Who decides what people may do. Without Backstage, `grants` does."""

    backstage: bool = False
    """Ask Backstage's permission service. A Backstage app-config sets it from `permission.enabled`."""
