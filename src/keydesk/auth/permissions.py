"""Decides who has which permission."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from keydesk.directory.entry import Directory
from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import DirectoryUnavailable

_log = structlog.get_logger(__name__)


EVERYBODY_HAS = frozenset({Permission.KEY_CREATE, Permission.KEY_REVOKE, Permission.KEY_MANAGE})
"""What a signed-in person may do unless the configuration grants it to certain groups only."""


class Permissions(Protocol):
    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        """Whether the caller has the permission; False whenever that cannot be found out."""


class GrantedByGroup:
    """Permissions from the configuration: `grants` maps a permission's name to the groups that have it.

    `everybody` has what is granted to no group. Groups are compared in full form, in lower case. Raises
    ValueError for a name that is no permission's.
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
