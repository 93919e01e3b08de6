"""How LiteLLM interprets wildcards in the lists of keys and teams, and access groups with a wildcard.

`tests/property/model_lists.py` has the same rules as an oracle.
"""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team
from tests.support.upstream.wildcards import MODEL_REFUSED, Local, local_models

pytestmark = pytest.mark.anyio


@pytest.fixture
async def local(make: Maker) -> Local:
    return await local_models(make)


async def opened(
    gateway: Gateway, make: Maker, models: list[str], names: list[str], team: Team | None = None
) -> set[str]:
    """Return which of the names a key with this list may call, whether or not a deployment exists."""
    key = await make.key(team=team, models=models)
    return {name for name in names if (await gateway.chat(key.secret, name)).status not in MODEL_REFUSED}


FIVE = ["gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl", "no-such-model"]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["gpt-*"], {"gpt-4o-mini", "gpt-4o"}),
        (["*"], set(FIVE)),
        # A name with a provider known to LiteLLM also matches with the provider as its prefix.
        (["openai/*"], {"gpt-4o-mini", "gpt-4o"}),
        (["o*"], {"gpt-4o-mini", "gpt-4o"}),
        (["*/gpt-4o"], {"gpt-4o"}),
        # The wildcard becomes a regular expression without any escaping.
        (["nothing|*"], set(FIVE)),
        (["gpt.4o*"], {"gpt-4o-mini", "gpt-4o"}),
        (["gpt?4o*"], set()),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "opens",
)
async def test_a_wildcard_allows_every_matching_name(
    gateway: Gateway, make: Maker, listed: list[str], expected: set[str]
) -> None:
    assert await opened(gateway, make, listed, FIVE) == expected


async def test_a_name_does_not_allow_it_with_a_provider(gateway: Gateway, make: Maker) -> None:
    assert await opened(gateway, make, ["gpt-4o", "basic"], ["openai/gpt-4o"]) == set()


@pytest.mark.parametrize(
    ("word", "everything"),
    [("all-proxy-models", True), ("all-team-models", True), ("no-default-models", False)],
)
async def test_special_names_on_a_list(gateway: Gateway, make: Maker, word: str, everything: bool) -> None:
    assert await opened(gateway, make, [word], FIVE[:4]) == (set(FIVE[:4]) if everything else set())


async def test_a_wildcard_allows_models_of_other_access_groups(
    gateway: Gateway, make: Maker, local: Local
) -> None:
    names = [local.secret, local.any, local.other]
    assert await opened(gateway, make, [local.wildcard], names) == {local.secret, local.any}
    team = await make.team(models=[local.wildcard])
    assert await opened(gateway, make, [], names, team) == {local.secret, local.any}


async def test_an_access_group_with_a_wildcard_allows_only_names_without_an_entry(
    gateway: Gateway, make: Maker, local: Local
) -> None:
    team = await make.team(models=[local.open])
    names = [local.secret, local.any, local.other]
    assert await opened(gateway, make, [], names, team) == {local.any}
    assert await opened(gateway, make, [local.wildcard], names, team) == {local.any}


async def test_a_model_that_a_wildcard_matches_has_its_own_entry(
    gateway: Gateway, make: Maker, local: Local
) -> None:
    key = await make.key(models=[local.wildcard])
    said = [
        (await gateway.chat(key.secret, name)).body["choices"][0]["message"]["content"]
        for name in (local.secret, local.any)
    ]
    assert said == [f"hi from {local.secret}", f"hi from {local.wildcard}"]


@pytest.mark.parametrize("which", ["open", "closed"])
async def test_a_key_with_an_access_group_that_a_wildcard_matches_needs_a_license(
    gateway: Gateway, make: Maker, local: Local, which: str
) -> None:
    key = await make.key(models=[local.other])
    models = [getattr(local, which)]
    for answer in (
        await gateway.post("/key/generate", key_type="llm_api", models=models),
        await gateway.post("/key/update", key=key.token, models=models),
    ):
        assert answer.status == 403
        said = (
            "Setting a model access group on a wildcard model is only available for LiteLLM Enterprise users."
        )
        assert said in answer.error["message"]
