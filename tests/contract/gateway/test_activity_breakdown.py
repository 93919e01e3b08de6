"""The breakdown of a day of activity: by model, public model name, provider and key."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.usage import TEAM_KEYS, Usage, activity

pytestmark = pytest.mark.anyio


@pytest.fixture
async def breakdown(gateway: Gateway, usage: Usage) -> dict[str, Any]:
    answer = await activity(gateway, "/user/daily/activity", **usage.of_person, page_size=1000)
    found: dict[str, Any] = answer.body["results"][0]["breakdown"]
    return found


async def test_models_have_names_with_their_provider(breakdown: dict[str, Any]) -> None:
    assert breakdown["models"].keys() == {
        "openai/gpt-4o-mini",
        "openai/gpt-4o",
        "anthropic/claude-sonnet-4-5",
        "openai/premium-xl",
    }


async def test_model_groups_have_public_names(breakdown: dict[str, Any]) -> None:
    requests = {name: found["metrics"]["api_requests"] for name, found in breakdown["model_groups"].items()}
    assert requests == {
        "gpt-4o-mini": TEAM_KEYS + 1,
        "gpt-4o": TEAM_KEYS,
        "claude-sonnet": TEAM_KEYS,
        "premium-xl": TEAM_KEYS,
    }


async def test_providers_add_up_their_models(breakdown: dict[str, Any]) -> None:
    requests = {name: found["metrics"]["api_requests"] for name, found in breakdown["providers"].items()}
    assert requests == {"openai": 3 * TEAM_KEYS + 1, "anthropic": TEAM_KEYS}


async def test_parts_add_up_to_the_day(breakdown: dict[str, Any], usage: Usage) -> None:
    for facet in ("models", "model_groups", "providers", "api_keys"):
        spend = sum(part["metrics"]["spend"] for part in breakdown[facet].values())
        assert spend == pytest.approx(usage.by_person["spend"]), facet


async def test_each_model_has_its_keys(breakdown: dict[str, Any], usage: Usage) -> None:
    keys = breakdown["models"]["openai/gpt-4o"]["api_key_breakdown"]
    assert keys.keys() == {key.token for key in usage.team_keys}
    first = usage.team_keys[0]
    found = keys[first.token]
    assert found["metrics"]["api_requests"] == 1
    known = {"key_alias": first.alias, "team_id": usage.team.team_id}
    assert {name: found["metadata"][name] for name in known} == known


async def test_each_key_has_its_alias_and_team(breakdown: dict[str, Any], usage: Usage) -> None:
    keys = breakdown["api_keys"]
    assert len(keys) == TEAM_KEYS + 1
    own = keys[usage.own_key.token]
    assert (own["metadata"]["key_alias"], own["metadata"]["team_id"]) == (usage.own_key.alias, None)
    assert own["metrics"]["api_requests"] == 1
