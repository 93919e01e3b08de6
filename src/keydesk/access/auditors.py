"""Who may look into what others do: the audit group with the permission, both, and nobody where no group is named."""

from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Depends, Request

from keydesk.access.permissions import Permission, Permissions
from keydesk.access.route_rules import needing
from keydesk.directory.entry import Directory
from keydesk.identity.caller import Caller
from keydesk.identity.principal import Person, VerifiedCaller
from keydesk.problems import DirectoryUnavailable, PolicyRefused

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Auditors:
    """`group` is `litellm.audit.group` in full form; None lets nobody in."""

    group: str | None
    directory: Directory
    permissions: Permissions

    async def include(self, caller: VerifiedCaller) -> bool:
        """Whether the caller is in the group and has the permission; False whenever that cannot be found out."""
        return await self.has_member(caller.person) and await self.permissions.allows(
            caller, Permission.AUDIT_READ
        )

    async def has_member(self, person: Person) -> bool:
        """Whether the person is in the group, by the directory; False while that is down."""
        if self.group is None:
            return False
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            _log.warning("audit_denied_without_directory")
            return False
        return entry is not None and self.group in entry.groups


def for_auditors() -> dict[str, Any]:
    """A member of the audit group with the permission, else 403. Keyword arguments for FastAPI's decorators."""

    async def check(request: Request, person: Caller) -> None:
        auditors: Auditors = request.app.state.auditors
        if not await auditors.has_member(person):
            raise PolicyRefused(
                "This is for the audit group only.",
                hint="The platform team says who is in litellm.audit.group.",
            )

    rule = needing(Permission.AUDIT_READ)
    return {**rule, "dependencies": [*rule["dependencies"], Depends(check)]}
