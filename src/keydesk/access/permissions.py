"""The permissions, by the names the Backstage plugin gave them, and who may be given which."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from keydesk.directory.entry import Directory
from keydesk.identity.principal import VerifiedCaller


class Permission(StrEnum):
    KEY_CREATE = "litellm.key.create"
    KEY_REVOKE = "litellm.key.revoke"
    KEY_MANAGE = "litellm.key.manage"
    KEY_RESET_SPEND = "litellm.key.reset_spend"


EVERYBODY_HAS = frozenset({Permission.KEY_CREATE, Permission.KEY_REVOKE, Permission.KEY_MANAGE})
"""What a signed-in person may do unless the configuration grants it to certain groups only."""


class Permissions(Protocol):
    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        """Whether the caller has the permission; False whenever that cannot be found out."""


class GrantedByGroup:
    """Permissions from the configuration: `grants` maps a permission's name to the groups that have it."""

    def __init__(self, grants: Mapping[str, Sequence[str]], directory: Directory) -> None:
        self._grants = {Permission(name): frozenset(groups) for name, groups in grants.items()}
        self._directory = directory

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        groups = self._grants.get(permission)
        if groups is None:
            return permission in EVERYBODY_HAS
        entry = await self._directory.find(caller.person)
        return entry is not None and not groups.isdisjoint(entry.groups)
