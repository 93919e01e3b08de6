"""Settings of permissions: the service that decides them, or the groups that have them."""

from typing import Annotated

from pydantic import AfterValidator

from keydesk.kit.permission import Permission
from keydesk.settings.key_paths import did_you_mean
from keydesk.settings.section import Section
from keydesk.settings.values import GroupRef


def permission_names() -> list[str]:
    """Return the names of all permissions."""
    return [str(permission) for permission in Permission]


def _known_permission(name: str) -> str:
    known = permission_names()
    if name not in known:
        raise ValueError(f"is not a permission{did_you_mean(name, known)}")
    return name


Grants = dict[Annotated[str, AfterValidator(_known_permission)], tuple[GroupRef, ...]]
TEAM_PERMISSIONS = "litellm.team."
"""The prefix of the permissions of team management."""


class Permissions(Section):
    """How Keydesk checks permissions. Without Backstage, it uses `grants`."""

    backstage: bool = False
    """Check permissions with Backstage's permission service. A Backstage app-config sets this from
    `permission.enabled`."""
