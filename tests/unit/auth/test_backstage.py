"""Backstage's permission service decides. Without a valid response, the permission is denied."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from anyio import wait_all_tasks_blocked
from pydantic import SecretStr
from structlog.testing import capture_logs

from keydesk.auth.backstage_permissions import BackstagePermissions
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.permission import Permission
from tests.unit.auth.permission_service_stand_in import PermissionServiceStandIn, token_of
from tests.unit.directory.held_clock import ControlledClock

pytestmark = pytest.mark.anyio
ALL = len(Permission)
TROUBLES: dict[str, httpx2.Response | Exception] = {
    "unreachable": httpx2.ConnectError("connection refused"),
    "silent": httpx2.ReadTimeout("no answer"),
    "failing": httpx2.Response(500, json={"items": []}),
    "not found": httpx2.Response(404, json={}),
    "busy": httpx2.Response(429, json={}),
    "a page": httpx2.Response(200, html="<p>Sign in</p>"),
    "no items": httpx2.Response(200, json={}),
    "a list": httpx2.Response(200, json=[]),
    "odd items": httpx2.Response(200, json={"items": ["ALLOW"]}),
    "odd id": httpx2.Response(200, json={"items": [{"id": [], "result": "ALLOW"}]}),
    "accepted": httpx2.Response(202, json={"items": [{"id": "litellm.key.create", "result": "ALLOW"}]}),
}


def signed_in(name: str, typ: str = "vnd.backstage.user") -> VerifiedCaller:
    return VerifiedCaller(Person(f"user:default/{name}"), SecretStr(token_of(name, typ)))


JANE, BOB = signed_in("jane"), signed_in("bob")


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()


@pytest.fixture
def backstage() -> PermissionServiceStandIn:
    backstage = PermissionServiceStandIn()
    backstage.allow("jane")
    backstage.deny("bob", "litellm.key.create")
    return backstage


@pytest.fixture
async def permissions(
    backstage: PermissionServiceStandIn, clock: ControlledClock
) -> AsyncIterator[BackstagePermissions]:
    http_client = HttpClient(transport=httpx2.MockTransport(backstage))
    permissions = BackstagePermissions(http_client, "http://backstage.test/", clock)
    yield permissions
    await permissions.aclose()
    await http_client.aclose()


async def test_jane_can_create_keys_and_bob_cannot(permissions: BackstagePermissions) -> None:
    assert await permissions.allows(JANE, Permission.KEY_CREATE)
    assert not await permissions.allows(BOB, Permission.KEY_CREATE)
    assert await permissions.allows(BOB, Permission.KEY_REVOKE)


async def test_all_permissions_are_requested_in_one_call_with_the_callers_token(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn
) -> None:
    await asyncio.gather(*(permissions.allows(JANE, permission) for permission in Permission))
    (request,) = backstage.requests
    assert request.headers["authorization"] == f"Bearer {token_of('jane')}"
    items = json.loads(request.content)["items"]
    assert len({item["id"] for item in items}) == ALL
    assert items[0]["permission"] == {
        "type": "basic",
        "name": "litellm.key.create",
        "attributes": {"action": "create"},
    }


async def test_a_decision_is_cached_for_ten_seconds(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn, clock: ControlledClock
) -> None:
    assert await permissions.allows(JANE, Permission.KEY_CREATE)
    backstage.deny("jane", "litellm.key.create")
    clock.advance(seconds=9)
    assert await permissions.allows(JANE, Permission.KEY_CREATE)
    clock.advance(seconds=1)
    assert not await permissions.allows(JANE, Permission.KEY_CREATE)
    assert len(backstage.requests) == 2


async def test_a_cancelled_caller_does_not_cancel_the_decision_for_others(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn
) -> None:
    backstage.gate = asyncio.Event()
    impatient, patient = (
        asyncio.create_task(permissions.allows(JANE, Permission.KEY_CREATE)) for _ in range(2)
    )
    await wait_all_tasks_blocked()
    impatient.cancel()
    backstage.gate.set()
    assert await patient
    assert len(backstage.requests) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_an_invalid_response_is_a_denial_until_there_is_a_valid_one(
    permissions: BackstagePermissions,
    backstage: PermissionServiceStandIn,
    clock: ControlledClock,
    trouble: str,
) -> None:
    backstage.trouble = TROUBLES[trouble]
    assert not await permissions.allows(JANE, Permission.KEY_CREATE)
    backstage.trouble = None
    clock.advance(seconds=2)
    assert await permissions.allows(JANE, Permission.KEY_CREATE)


async def test_an_expired_permission_is_not_used_during_an_outage(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn, clock: ControlledClock
) -> None:
    assert await permissions.allows(JANE, Permission.KEY_CREATE)
    backstage.trouble = TROUBLES["unreachable"]
    clock.advance(seconds=10)
    assert not await permissions.allows(JANE, Permission.KEY_CREATE)


async def test_an_unavailable_service_is_called_once_in_two_seconds_and_logged_once(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn, clock: ControlledClock
) -> None:
    backstage.trouble = TROUBLES["unreachable"]
    with capture_logs() as log:
        for _ in range(3):
            for caller in (JANE, BOB) * 5:
                assert not await permissions.allows(caller, Permission.KEY_REVOKE)
            clock.advance(seconds=2)
        backstage.trouble = None
        assert await permissions.allows(JANE, Permission.KEY_REVOKE)
    assert len(backstage.requests) == 4
    assert [event["event"] for event in log] == ["peer_unavailable", "peer_back"]


async def test_a_refused_token_is_denied_for_ten_seconds_and_is_not_an_outage(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn
) -> None:
    with capture_logs() as log:
        for _ in range(5):
            assert not await permissions.allows(signed_in("stranger"), Permission.KEY_CREATE)
    assert await permissions.allows(JANE, Permission.KEY_CREATE)
    assert len(backstage.requests) == 2
    assert [event["event"] for event in log] == ["permission_service_refused_caller"]
    assert token_of("stranger") not in str(log)


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"id": "litellm.key.manage", "result": "ALLOW"}],
        [{"id": "litellm.key.create", "result": "allow"}],
        [{"id": "litellm.key.create", "result": "CONDITIONAL"}],
        [{"id": "litellm.key.create", "result": "ALLOW"}, {"id": "litellm.key.create", "result": "DENY"}],
        [{"id": "LITELLM.KEY.CREATE", "result": "ALLOW"}],
    ],
)
async def test_only_an_exact_allow_for_the_same_permission_grants_it(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn, items: list[dict[str, str]]
) -> None:
    backstage.trouble = httpx2.Response(200, json={"items": items})
    assert not await permissions.allows(JANE, Permission.KEY_CREATE)


@pytest.mark.parametrize(
    "token",
    [
        token_of("jane", "vnd.backstage.plugin"),
        token_of("jane", "vnd.backstage.limited-user"),
        token_of("jane", "JWT"),
        token_of("jane", "keydesk-demo+jwt"),
        "opaque",
        "",
    ],
)
async def test_a_credential_that_the_service_would_refuse_is_not_sent(
    permissions: BackstagePermissions, backstage: PermissionServiceStandIn, token: str
) -> None:
    caller = VerifiedCaller(JANE.person, SecretStr(token))
    assert not await permissions.allows(caller, Permission.KEY_CREATE)
    assert not backstage.requests
