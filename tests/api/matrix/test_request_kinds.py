"""Who may approve each kind of request: the approvers' groups, and for some kinds the admins of the team."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.matrix.callers import OWNING
from tests.api.matrix.conftest import Tokens
from tests.support.desk.desk import Desk, Visitor
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, Team, unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]
CALLERS = ("anonymous", "service", "stranger", "member", "owner", "other_admin", "admin", "auditor")
BY_PLATFORM = (401, 403, 404, 404, 404, 404, 404, 200)
BY_TEAM = (401, 403, 404, 404, 404, 404, 200, 200)
"""The status for each caller. The owner requests, the admin manages the team, and the auditor is an approver."""
KINDS = {
    "account_budget": BY_PLATFORM,
    "key_budget": BY_TEAM,
    "account_models": BY_PLATFORM,
    "key_models": BY_TEAM,
    "team_membership": BY_TEAM,
    "key_lifetime": BY_PLATFORM,
    "member_budget": BY_TEAM,
    "new_team": BY_PLATFORM,
}


async def body_of(kind: str, owner: Visitor, gateway: Gateway) -> dict[str, Any]:
    """Return a valid request of the owner, with objects that only it is about."""
    team = await _team(gateway, *([] if kind == "team_membership" else [Person(owner.user_id, "")]))
    sent: dict[str, Any] = {"kind": kind, "reason": "A project"}
    if kind not in {"team_membership", "new_team"}:
        # A lifetime must be longer than the policy allows.
        days = timedelta(days=400 if kind == "key_lifetime" else 80)
        sent["until"] = (datetime.now(UTC) + days).isoformat()
    if kind.startswith("key_"):
        models = {"models": ["gpt-4o-mini"]} if kind == "key_models" else {}
        issued = await owner.issue(unique("laptop"), team_id=team.team_id, **models)
        sent["key_id"] = issued["token"]
    if kind == "member_budget":
        fields: dict[str, Any] = {"user_id": owner.user_id, "max_budget_in_team": 5.0}
        await gateway.post("/team/member_update", team_id=team.team_id, **fields)
    if "budget" in kind or kind == "new_team":
        sent["max_budget"] = 900.0
    if kind == "new_team":
        sent["team"] = {"team_alias": unique("Search"), "models": ["gpt-4o"]}
    if "model" in kind:
        sent["model"] = "gpt-4o"
    return sent | ({"team_id": team.team_id} if kind in {"team_membership", "member_budget"} else {})


async def _team(gateway: Gateway, *members: Person) -> Team:
    return await Maker(gateway).team(
        *members, metadata={"owning_group": OWNING}, models=["gpt-4o", "gpt-4o-mini"]
    )


@pytest.fixture
async def owner(matrix_desk: Desk, matrix_gateway: Gateway, tokens: Tokens) -> AsyncIterator[Visitor]:
    """Return the owner, whose account cannot use every model in the meantime."""
    await matrix_gateway.post("/user/update", user_id="owner", models=["gpt-4o-mini"])
    yield Visitor(matrix_desk.http, Person("owner", ""), tokens["owner"])
    await matrix_gateway.post("/user/update", user_id="owner", models=["all-proxy-models"])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_kind_is_approved_only_by_its_approvers(
    matrix_desk: Desk, matrix_gateway: Gateway, tokens: Tokens, owner: Visitor, kind: str
) -> None:
    found = []
    # Only members of a team-admin group request a team.
    requester = matrix_desk.stranger(tokens["admin"]) if kind == "new_team" else owner
    for caller in CALLERS:
        answer = await requester.post("/requests", **await body_of(kind, owner, matrix_gateway))
        assert answer.status_code == 200, answer.text
        path = f"/requests/{answer.json()['id']}/approve"
        found.append((await matrix_desk.stranger(tokens[caller]).post(path)).status_code)
        await requester.post(f"/requests/{answer.json()['id']}/withdraw")
    assert tuple(found) == KINDS[kind]
