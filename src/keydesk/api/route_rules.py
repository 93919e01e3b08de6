"""How a route declares who may call it. `tests/api` fails for a route that declares nothing.

Each function gives the keyword arguments for FastAPI's route decorators; the rule also stands in the
OpenAPI document, as `x-keydesk-access`.
"""

from typing import Any

from fastapi import Depends

from keydesk.api.dependencies import AppServices, Caller, Reader, calling_person
from keydesk.api.services import Services
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotTeamAdmin, PermissionMissing, PolicyRefused

_ACCESS = "x-keydesk-access"
_HINTS = {Permission.KEY_RESET_SPEND: "Zeroing spend would void the budget; ask the platform team."}


def for_anyone() -> dict[str, Any]:
    """The route needs no credential. It must stand in `app.PUBLIC_PATHS` too."""
    return {"openapi_extra": {_ACCESS: "public", "security": []}}


def for_people() -> dict[str, Any]:
    """Any signed-in person, each for their own things."""
    return {"dependencies": [Depends(calling_person)], "openapi_extra": {_ACCESS: "person"}}


def needing(permission: Permission) -> dict[str, Any]:
    """A signed-in person with `permission`, else 403 naming it."""

    async def check(services: AppServices, caller: Reader) -> None:
        await _check_permission(services, caller, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: str(permission)}}


def for_team_admins(permission: Permission) -> dict[str, Any]:
    """A signed-in person in a team-admin group, else 403; then with `permission`, else 403 naming it.

    Which team they may touch is for the service to check.
    """

    async def check(services: AppServices, caller: Reader) -> None:
        admins = services.teams.admins
        if not await admins.groups_of(caller.person):
            raise NotTeamAdmin(admins.groups, permission)
        await _check_permission(services, caller, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: str(permission)}}


def for_auditors() -> dict[str, Any]:
    """A member of the audit group with the permission to read the audit log, else 403."""

    async def check(services: AppServices, caller: Caller) -> None:
        if not await services.auditors.group.include(caller):
            raise PolicyRefused(
                "This is for the audit group only.",
                hint="The platform team says who is in litellm.audit.group.",
            )

    rule = needing(Permission.AUDIT_READ)
    return {**rule, "dependencies": [*rule["dependencies"], Depends(check)]}


async def _check_permission(services: Services, caller: VerifiedCaller, permission: Permission) -> None:
    if not await services.permissions.allows(caller, permission):
        raise PermissionMissing(permission, _HINTS.get(permission))
