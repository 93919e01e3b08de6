"""Access rules of routes. `tests/api` fails for a route without a rule.

Each function returns keyword arguments for FastAPI's route decorators. The OpenAPI document shows the rule as
`x-keydesk-access`.
"""

from typing import Any

from fastapi import Depends

from keydesk.api.dependencies import AppServices, Caller, Reader, calling_person
from keydesk.api.services import Services
from keydesk.kit.messages import message
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotTeamAdmin, PermissionMissing, PolicyRefused

_ACCESS = "x-keydesk-access"
VIRTUAL_KEY = "virtualKey"
"""The security scheme of the routes for virtual keys in the OpenAPI document."""
_HINTS = {
    Permission.KEY_RESET_SPEND: message(
        "Ask the platform team. Resetting the spend would override the budget."
    )
}


def for_anyone() -> dict[str, Any]:
    """Require no credential. The path must also be in `app.PUBLIC_PATHS`."""
    return {"openapi_extra": {_ACCESS: "public", "security": []}}


def for_people() -> dict[str, Any]:
    """Require a signed-in person. The route returns or changes only what belongs to that person."""
    return {"dependencies": [Depends(calling_person)], "openapi_extra": {_ACCESS: "person"}}


def for_virtual_keys() -> dict[str, Any]:
    """Require a virtual key as the bearer token. The path must also be in `app.VIRTUAL_KEY_PATHS`.

    No other rule accepts a virtual key, and this one accepts no other credential.
    """
    return {"openapi_extra": {_ACCESS: "virtual key", "security": [{VIRTUAL_KEY: []}]}}


def needing(*permissions: Permission) -> dict[str, Any]:
    """Require a signed-in person with all `permissions`, or else respond with 403 and the first missing one's name."""

    async def check(services: AppServices, caller: Reader) -> None:
        for permission in permissions:
            await _check_permission(services, caller, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: " and ".join(permissions)}}


def for_team_admins(permission: Permission) -> dict[str, Any]:
    """Require a member of a team-admin group with `permission`, or else respond with 403.

    The service checks which teams they may manage.
    """

    async def check(services: AppServices, caller: Reader) -> None:
        admins = services.teams.admins
        if not await admins.groups_of(caller.person):
            raise NotTeamAdmin(admins.groups, permission)
        await _check_permission(services, caller, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: str(permission)}}


def for_auditors() -> dict[str, Any]:
    """Require a member of the audit group with the permission to read the audit log, or else respond with 403."""

    async def check(services: AppServices, caller: Caller) -> None:
        if not await services.auditors.group.include(caller):
            raise PolicyRefused(
                message("Only members of the audit group can use this."),
                hint=message("Ask the platform team to add you to the group in litellm.audit.group."),
            )

    rule = needing(Permission.AUDIT_READ)
    return {**rule, "dependencies": [*rule["dependencies"], Depends(check)]}


def for_key_admins() -> dict[str, Any]:
    """Require an auditor in the group of key admins with the permission, or else respond with 403."""

    async def check(services: AppServices, caller: Caller) -> None:
        if not await services.key_admins.group.include(caller):
            raise PolicyRefused(
                message("Only the platform team can change the keys of other people."),
                hint=message("Ask the platform team to add you to the group in litellm.audit.keyAdminGroup."),
            )

    rule, permission = for_auditors(), needing(Permission.KEY_ADMIN)
    checks = [*rule["dependencies"], *permission["dependencies"], Depends(check)]
    return {**permission, "dependencies": checks}


async def _check_permission(services: Services, caller: VerifiedCaller, permission: Permission) -> None:
    if not await services.permissions.allows(caller, permission):
        raise PermissionMissing(permission, _HINTS.get(permission))
