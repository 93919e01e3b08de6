"""Which models a list allows, and which models keys of different kinds may call."""

import pytest

from keydesk_sandbox.models.access import covers
from keydesk_sandbox.models.catalogue import DEFAULT_MODELS, Catalogue
from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio

CATALOGUE = Catalogue(DEFAULT_MODELS)


@pytest.mark.parametrize(
    ("listed", "model", "allowed"),
    [
        ([], "gpt-4o", True),
        (["gpt-4o"], "gpt-4o", True),
        (["gpt-4o"], "gpt-4o-mini", False),
        (["basic"], "gpt-4o", True),
        (["basic"], "claude-sonnet", False),
        (["standard", "premium"], "premium-xl", True),
        (["all-proxy-models"], "premium-xl", True),
        (["no-default-models"], "gpt-4o", False),
        (["*"], "nothing-like-it", True),
        (["gpt-4o*"], "gpt-4o-mini", True),
        (["openai/*"], "gpt-4o", True),
        (["openai/*"], "claude-sonnet", False),
        (["gpt-4o"], "openai/gpt-4o", False),
        (["no-such-model"], "no-such-model", True),
    ],
)
def test_a_list_of_names_groups_and_patterns(listed: list[str], model: str, allowed: bool) -> None:
    assert covers(listed, model, CATALOGUE) is allowed


async def refusal_of(bench: Bench, key: str, model: str) -> str | None:
    answer = await bench.chat(key, model)
    kind: str | None = None if answer.status_code == 200 else answer.json()["error"]["type"]
    return kind


async def test_the_owners_list_applies_to_keys_without_a_team(bench: Bench) -> None:
    await bench.person(models=["gpt-4o-mini"])
    key = await bench.key(user_id="alice")
    assert await refusal_of(bench, key, "gpt-4o-mini") is None
    assert await refusal_of(bench, key, "gpt-4o") == "user_model_access_denied"


async def test_a_teams_list_replaces_the_owners(bench: Bench) -> None:
    await bench.person(models=["gpt-4o-mini"])
    await bench.post("/team/new", team_id="red", models=["gpt-4o"])
    key = await bench.key(user_id="alice", team_id="red")
    assert await refusal_of(bench, key, "gpt-4o") is None
    assert await refusal_of(bench, key, "gpt-4o-mini") == "team_model_access_denied"


async def test_a_members_own_list_restricts_the_teams(bench: Bench) -> None:
    await bench.person()
    await bench.post("/team/new", team_id="red")
    member = {"role": "user", "user_id": "alice"}
    await bench.post("/team/member_add", team_id="red", member=member, allowed_models=["gpt-4o"])
    key = await bench.key(user_id="alice", team_id="red")
    assert await refusal_of(bench, key, "gpt-4o") is None
    assert await refusal_of(bench, key, "gpt-4o-mini") == "team_model_access_denied"


async def test_a_key_without_owner_and_team_may_use_every_model(bench: Bench) -> None:
    assert await refusal_of(bench, await bench.key(user_id="ghost"), "premium-xl") is None


@pytest.mark.parametrize(
    ("key_type", "path", "status"),
    [
        ("default", "/v1/models", 200),
        ("default", "/key/info", 200),
        ("default", "/audit", 401),
        ("llm_api", "/v1/models", 200),
        ("llm_api", "/model/info", 200),
        ("llm_api", "/key/info", 403),
        ("llm_api", "/user/info", 403),
        ("management", "/key/info", 200),
        ("management", "/v1/models", 403),
        ("read_only", "/key/list", 200),
        ("read_only", "/v1/models", 200),
        ("read_only", "/user/daily/activity", 403),
    ],
)
async def test_a_key_may_use_the_routes_of_its_type(
    bench: Bench, key_type: str, path: str, status: int
) -> None:
    await bench.person(user_role="internal_user")
    key = await bench.key(user_id="alice", key_type=key_type)
    assert (await bench.call("GET", path, key)).status_code == status


@pytest.mark.parametrize("key_type", ["management", "read_only"])
async def test_only_some_types_may_call_models(bench: Bench, key_type: str) -> None:
    assert (await bench.chat(await bench.key(key_type=key_type))).status_code == 403


async def test_an_admins_key_has_the_rights_of_the_master_key(bench: Bench) -> None:
    await bench.person("root", user_role="proxy_admin")
    key = await bench.key(user_id="root")
    body = {"user_id": "bob", "auto_create_key": False}
    assert (await bench.call("POST", "/user/new", key, json=body)).status_code == 200


async def test_people_see_only_their_own_objects(bench: Bench) -> None:
    await bench.person("alice", user_role="internal_user")
    await bench.person("bob", user_role="internal_user")
    key, other = await bench.key(user_id="alice"), await bench.key(user_id="bob")
    assert (await bench.call("GET", "/key/list", key)).json()["total_count"] == 1
    for path, query in (
        ("/key/list", {"user_id": "bob"}),
        ("/user/info", {"user_id": "bob"}),
        ("/key/info", {"key": other}),
        ("/user/list", {}),
    ):
        assert (await bench.call("GET", path, key, params=query)).status_code == 403, path
