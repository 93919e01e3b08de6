"""Who may look into what others do: the audit group with the permission, both, and nobody where no group is named."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from keydesk.api.caller import Caller
from keydesk.api.route_rules import needing
from keydesk.auth.group_members import GroupMembers
from keydesk.auth.permissions import Permissions
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import PolicyRefused


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


def for_auditors() -> dict[str, Any]:
    """A member of the audit group with the permission, else 403. Keyword arguments for FastAPI's decorators."""

    async def check(request: Request, person: Caller) -> None:
        auditors: Auditors = request.app.state.auditors
        if not await auditors.group.include(person):
            raise PolicyRefused(
                "This is for the audit group only.",
                hint="The platform team says who is in litellm.audit.group.",
            )

    rule = needing(Permission.AUDIT_READ)
    return {**rule, "dependencies": [*rule["dependencies"], Depends(check)]}
