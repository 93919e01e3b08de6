"""The names and actions of the permissions, and the grants of the configuration."""

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from keydesk.api.permissions import METADATA_PATH, router
from keydesk.auth.permissions import GrantedByGroup
from keydesk.directory.assembly import ClaimsDirectory
from keydesk.directory.static import StaticDirectory
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.settings import DirectoryPerson

pytestmark = pytest.mark.anyio
ACTIONS = {
    "litellm.key.create": "create",
    "litellm.key.revoke": "delete",
    "litellm.key.manage": "update",
    "litellm.key.reset_spend": "update",
    "litellm.key.admin": "update",
    "litellm.request.create": "create",
    "litellm.request.decide": "update",
    "litellm.audit.read": "read",
    "litellm.team.create": "create",
    "litellm.team.manage": "update",
    "litellm.team.delete": "delete",
    "litellm.team.members.manage": "update",
    "litellm.team.knowledgebase.manage": "update",
    "litellm.team.mcp.manage": "update",
}
ALICE = VerifiedCaller(Person("user:default/alice"), SecretStr("token"))
STRANGER = VerifiedCaller(Person("user:default/stranger"), SecretStr("token"))
DIRECTORY = StaticDirectory([DirectoryPerson(ref="alice", groups=("platform",))])


def test_every_permission_has_its_fixed_name_and_action() -> None:
    assert {permission.value: permission.action for permission in Permission} == ACTIONS


async def test_permissions_can_be_listed() -> None:
    app = FastAPI()
    app.include_router(router, prefix="/api/litellm")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://desk.test") as client:
        answer = await client.get(f"/api/litellm{METADATA_PATH}")
    assert answer.json() == {
        "permissions": [
            {"type": "basic", "name": name, "attributes": {"action": action}}
            for name, action in ACTIONS.items()
        ],
        "rules": [],
    }


@pytest.mark.parametrize("group", ["platform", "Platform", "group:platform", "Group:Default/PLATFORM"])
async def test_a_grant_to_a_group_ignores_case(group: str) -> None:
    permissions = GrantedByGroup({"litellm.key.create": [group]}, DIRECTORY)
    assert await permissions.allows(ALICE, Permission.KEY_CREATE)
    assert not await permissions.allows(STRANGER, Permission.KEY_CREATE)


async def test_the_same_name_in_another_namespace_is_another_group() -> None:
    permissions = GrantedByGroup({"litellm.key.create": ["other/platform"]}, DIRECTORY)
    assert not await permissions.allows(ALICE, Permission.KEY_CREATE)


async def test_without_grants_people_only_manage_their_own_keys_and_requests() -> None:
    """Deciding requests also needs a group in `requests.approverGroups`, or a managed team."""
    permissions = GrantedByGroup({}, DIRECTORY)
    allowed = {permission.value for permission in Permission if await permissions.allows(ALICE, permission)}
    keys, requests = ("create", "revoke", "manage"), ("create", "decide")
    assert allowed == {
        *(f"litellm.key.{each}" for each in keys),
        *(f"litellm.request.{each}" for each in requests),
    }


async def test_a_grant_to_no_group_denies_the_permission_to_everyone() -> None:
    permissions = GrantedByGroup({"litellm.key.create": []}, DIRECTORY)
    assert not await permissions.allows(ALICE, Permission.KEY_CREATE)


async def test_permissions_are_denied_while_the_directory_is_unavailable() -> None:
    permissions = GrantedByGroup({"litellm.key.create": ["platform"]}, ClaimsDirectory())
    assert not await permissions.allows(ALICE, Permission.KEY_CREATE)


@pytest.mark.parametrize(
    "grants", [{"litellm.key.creat": ["platform"]}, {"litellm.key.create": ["user:alice"]}]
)
def test_an_unknown_permission_in_a_grant_stops_the_start(grants: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"litellm\.key\.creat|expected an entity reference"):
        GrantedByGroup(grants, DIRECTORY)
