"""Grants permissions to groups."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from keydesk.directory.entry import Directory
from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import DirectoryUnavailable

_log = structlog.get_logger(__name__)


EVERYBODY_HAS = frozenset(
    {
        Permission.KEY_CREATE,
        Permission.KEY_REVOKE,
        Permission.KEY_MANAGE,
        Permission.REQUEST_CREATE,
        Permission.REQUEST_DECIDE,
    }
)
"""Permissions of every signed-in user unless the configuration grants them to certain groups only."""


class Permissions(Protocol):
    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        """Return whether the caller has the permission; False if this cannot be determined."""


class GrantedByGroup:
    """Permissions from the configuration: `grants` maps the name of a permission to its groups.

    `everybody` has the permissions that are granted to no group. Groups are compared as full lower-case
    references. Raises ValueError for an unknown permission name.
    """

    def __init__(
        self,
        grants: Mapping[str, Sequence[str]],
        directory: Directory,
        everybody: frozenset[Permission] = EVERYBODY_HAS,
    ) -> None:
        self._grants = {
            Permission(name): frozenset(map(full_group_ref, groups)) for name, groups in grants.items()
        }
        self._directory = directory
        self._everybody = everybody

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        groups = self._grants.get(permission)
        if groups is None:
            return permission in self._everybody
        try:
            entry = await self._directory.find(caller.person)
        except DirectoryUnavailable:
            _log.warning("permission_denied_without_directory", permission=str(permission))
            return False
        return entry is not None and not groups.isdisjoint(entry.groups)
