"""Who may read the audit log: members of the audit group who also have the permission. Nobody if no group is set."""

from dataclasses import dataclass

from keydesk.auth.group_members import GroupMembers
from keydesk.auth.permissions import Permissions
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission


@dataclass(frozen=True, slots=True)
class Auditors:
    """`group` holds the members of `litellm.audit.group`."""

    group: GroupMembers
    permissions: Permissions

    async def include(self, caller: VerifiedCaller) -> bool:
        """Whether the caller is in the group and has the permission; False whenever that cannot be found out."""
        return await self.group.include(caller.person) and await self.permissions.allows(
            caller, Permission.AUDIT_READ
        )
