"""How a route declares who may call it. `tests/api` fails for a route that declares nothing.

Each function gives the keyword arguments for FastAPI's route decorators; the rule also stands in the
OpenAPI document, as `x-keydesk-access`.
"""

from typing import Any

from fastapi import Depends, Request

from keydesk.api.caller import Caller, calling_person
from keydesk.auth.group_members import TeamAdmins
from keydesk.auth.permissions import Permissions
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotTeamAdmin, PermissionMissing

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

    async def check(request: Request, person: Caller) -> None:
        await _check_permission(request, person, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: str(permission)}}


def for_team_admins(permission: Permission) -> dict[str, Any]:
    """A signed-in person in a team-admin group, else 403; then with `permission`, else 403 naming it.

    Which team they may touch is for the service to check.
    """

    async def check(request: Request, person: Caller) -> None:
        admins: TeamAdmins = request.app.state.team_admins
        if not await admins.groups_of(person):
            raise NotTeamAdmin(admins.groups, permission)
        await _check_permission(request, person, permission)

    return {"dependencies": [Depends(check)], "openapi_extra": {_ACCESS: str(permission)}}


async def _check_permission(request: Request, person: Person, permission: Permission) -> None:
    permissions: Permissions = request.app.state.permissions
    caller = VerifiedCaller(person, request.scope["token"])
    if not await permissions.allows(caller, permission):
        raise PermissionMissing(permission, _HINTS.get(permission))
