"""Checks who may read the audit log, and who may change all keys. Both need a group and a permission."""

from dataclasses import dataclass

from keydesk.auth.group_members import GroupMembers
from keydesk.auth.permissions import Permissions
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission


@dataclass(frozen=True, slots=True)
class Auditors:
    """The audit group `litellm.audit.group` and the permissions."""

    group: GroupMembers
    permissions: Permissions

    async def include(self, caller: VerifiedCaller) -> bool:
        """Return whether the caller is in the group and has the permission. False if either cannot be checked."""
        return await self.group.include(caller.person) and await self.permissions.allows(
            caller, Permission.AUDIT_READ
        )


@dataclass(frozen=True, slots=True)
class KeyAdmins:
    """Auditors who may change the keys of other people: the group `litellm.audit.keyAdminGroup` and the permission."""

    auditors: Auditors
    group: GroupMembers

    async def include(self, caller: VerifiedCaller) -> bool:
        """Return whether the caller is an auditor, in the group, and has the permission."""
        if not await self.group.include(caller.person) or not await self.auditors.include(caller):
            return False
        return await self.auditors.permissions.allows(caller, Permission.KEY_ADMIN)
