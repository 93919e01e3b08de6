"""Checks who may read the audit log: members of the audit group who have the permission. Nobody without a group."""

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
