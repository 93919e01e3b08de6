"""If policy must read before it can refuse, it refuses precisely and writes nothing upstream."""

from typing import Any

import httpx2
import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@pytest.fixture
def admin(sandbox: Upstream) -> Any:
    """Call the sandbox as its administrator."""
    headers = {"Authorization": f"Bearer {sandbox.master_key}"}
    with httpx2.Client(base_url=sandbox.url, headers=headers, trust_env=False, verify=CERTIFICATES) as http:
        yield http


def team_of(admin: httpx2.Client, member: Visitor, **fields: Any) -> str:
    members = [{"role": "user", "user_id": member.user_id}]
    sent = {"team_alias": unique("Platform"), "members_with_roles": members} | fields
    team_id: str = admin.post("/team/new", json=sent).raise_for_status().json()["team_id"]
    return team_id


async def test_a_key_in_another_team_is_refused(
    as_person: SignIn, admin: Any, control: SandboxControl
) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    team_id = team_of(admin, bob)
    control.forget()
    for team in (team_id, "no-such-team"):
        answer = await jane.post("/keys/generate", alias="a", max_budget=1.0, team_id=team)
        assert_problem(answer, 404, "not-found", param="team_id")
        assert_problem(await jane.get(f"/teams/{team}/usage"), 404, "not-found", param="team_id")
    assert control.writes() == []


async def test_another_team_and_an_unknown_one_have_the_same_error(as_person: SignIn, admin: Any) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    answers = [
        await jane.post("/keys/generate", alias="a", max_budget=1.0, team_id=team)
        for team in (team_of(admin, bob), "no-such-team")
    ]
    foreign, unknown = [answer.json() | {"request_id": ""} for answer in answers]
    assert foreign == unknown


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "/update", {"max_budget": 9.0}),
        ("POST", "/block", None),
        ("POST", "/unblock", None),
        ("DELETE", "", None),
    ],
)
async def test_a_key_of_another_person_is_refused(
    as_person: SignIn, control: SandboxControl, method: str, what: str, body: Any
) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    key_id = (await bob.issue(unique("laptop")))["token"]
    control.forget()
    answers = [
        await jane.call(method, f"/keys/{token}{what}", json=body) for token in (key_id, "key_unknown")
    ]
    foreign, unknown = [assert_problem(answer, 404, "not-found") | {"request_id": ""} for answer in answers]
    assert foreign == unknown
    assert control.writes() == []


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"max_budget": None}, (403, "policy-refused", "max_budget")),
        ({"models": ["no-such-model"]}, (422, "invalid-request", "models")),
        ({"models": ["gpt-4o", "no-such-model"]}, (422, "invalid-request", "models")),
        ({"models": ["all-proxy-models"]}, (422, "invalid-request", "models")),
    ],
)
async def test_a_key_outside_the_rules_is_refused(
    as_person: SignIn, control: SandboxControl, fields: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    jane = await as_person("jane")
    control.forget()
    answer = await jane.post("/keys/generate", **{"alias": unique("a"), "max_budget": 1.0} | fields)
    assert_problem(answer, *refusal)
    assert control.writes() == []


async def test_a_key_with_models_that_the_team_lacks_is_refused(
    as_person: SignIn, admin: Any, control: SandboxControl
) -> None:
    jane = await as_person("jane")
    team_id = team_of(admin, jane, models=["gpt-4o-mini"])
    control.forget()
    body = {"alias": unique("a"), "max_budget": 1.0, "team_id": team_id, "models": ["premium-xl"]}
    answer = await jane.post("/keys/generate", **body)
    assert_problem(answer, 403, "policy-refused", param="models")
    assert control.writes() == []


async def test_a_missing_permission_is_refused_before_any_call(
    sign_in: SignIn, desk_with: OpenDesk, control: SandboxControl
) -> None:
    """No account is created for a person who lacks the permission."""
    permissions = ("litellm.key.create", "litellm.key.manage", "litellm.key.revoke")
    async with desk_with(grants={name: ["group:default/nobody"] for name in permissions}) as strict:
        jane = strict.welcome(await sign_in("jane"))
        control.forget()
        for method, path in (
            ("POST", "/keys/generate"),
            ("POST", "/keys/key_x/update"),
            ("POST", "/keys/key_x/block"),
            ("POST", "/keys/key_x/unblock"),
            ("POST", "/keys/key_x/reset_spend"),
            ("DELETE", "/keys/key_x"),
        ):
            answer = await jane.call(method, path, json={"alias": "a", "max_budget": 1.0})
            problem = assert_problem(answer, 403, "permission-missing")
            assert problem["permission"].startswith("litellm.key.")
        assert control.calls() == []


async def test_a_refused_key_creates_no_account(sign_in: SignIn, control: SandboxControl) -> None:
    """Rules that need no reads are checked first."""
    jane = await sign_in("jane")
    control.forget()
    await jane.post("/keys/generate", alias="a", max_budget=-1)
    assert control.calls() == []


async def test_data_that_a_person_may_not_see_is_not_in_the_response(as_person: SignIn, desk: Desk) -> None:
    jane = await as_person("jane")
    answer = await jane.post("/keys/generate", alias="a", max_budget=1.0, team_id="canary-team")
    assert "canary" not in answer.text
    assert desk.settings.litellm.master_key.get_secret_value() not in answer.text
