"""Permissions with a real Backstage's permission service."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.auth.backstage_permissions import BackstagePermissions
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.permission import Permission
from tests.contract.directory.conftest import Backstage, Denial, SignIn

pytestmark = [pytest.mark.anyio, pytest.mark.real_backstage]
PluginTokens = Callable[[str], Awaitable[Any]]
JANE = Person("user:default/jane")
QUESTION = {
    "items": [
        {
            "id": "1",
            "permission": {"type": "basic", "name": "litellm.key.create", "attributes": {"action": "create"}},
        }
    ]
}


async def test_jane_is_allowed_everything(permissions: BackstagePermissions, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    assert jane.person == JANE
    denied = [permission for permission in Permission if not await permissions.allows(jane, permission)]
    assert denied == []


async def test_a_person_is_denied_exactly_the_denied_permission(
    denial: Denial, permissions: BackstagePermissions, sign_in: SignIn
) -> None:
    caller = await sign_in(denial.name)
    denied = [each.value for each in Permission if not await permissions.allows(caller, each)]
    assert denied == [denial.permission]


async def test_a_modified_token_is_denied_everything(
    permissions: BackstagePermissions, sign_in: SignIn
) -> None:
    token = (await sign_in("jane")).token.get_secret_value()
    changed = token[:-10] + ("a" if token[-10] != "a" else "b") + token[-9:]
    assert not await permissions.allows(VerifiedCaller(JANE, SecretStr(changed)), Permission.KEY_CREATE)


async def test_the_service_accepts_only_a_users_own_token(
    backstage: Backstage, http_client: HttpClient, plugin_tokens: PluginTokens
) -> None:
    """So a plugin that calls Keydesk on behalf of a person has none of their permissions."""
    tokens = await plugin_tokens("litellm")
    refused = {
        "plugin on behalf of jane": tokens["onBehalf"]["token"],
        "plugin for itself": tokens["own"]["token"],
        "limited user token": tokens["limited"]["token"],
        "our static token": backstage.token.get_secret_value(),
    }
    statuses = {
        kind: (
            await http_client.post(
                f"{backstage.url}/api/permission/authorize", QUESTION, {"Authorization": f"Bearer {token}"}
            )
        ).status
        for kind, token in refused.items()
    }
    assert statuses == {
        "plugin on behalf of jane": 401,
        "plugin for itself": 401,
        "limited user token": 401,
        "our static token": 403,
    }


async def test_a_plugin_on_behalf_of_jane_has_none_of_her_permissions(
    permissions: BackstagePermissions, plugin_tokens: PluginTokens
) -> None:
    tokens = await plugin_tokens("litellm")
    for token in (tokens["onBehalf"]["token"], tokens["own"]["token"], tokens["limited"]["token"]):
        assert not await permissions.allows(VerifiedCaller(JANE, SecretStr(token)), Permission.KEY_CREATE)
