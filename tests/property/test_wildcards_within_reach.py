"""With any wildcards in the gateway, no accepted list allows a model that is not permitted."""

from collections.abc import Mapping, Sequence

from hypothesis import assume, event, given
from hypothesis import strategies as st

from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.litellm import Team, User
from keydesk.models.models import ModelView
from keydesk.models.policy import models_for_key
from keydesk.settings import TeamAdmin
from keydesk.teams.limits import assignable_models, check_models
from tests.property.model_lists import Router

CONCRETE = ["plain", "local/secret", "local/small", "gpt-4o", "claude-opus-5", "other/one", "open"]
WILDCARDS = ["local/*", "local/s*", "*", "openai/*", "g*", "*secret", "l.cal/*", "local/x|*", "*/gpt-4o"]
GROUPS = ["open", "closed", "middle"]
SPECIAL = ["all-proxy-models", "all-team-models", "no-default-models"]
TRIED = frozenset(
    ["local/tiny", "local/some", "gpt-next", "openai/gpt-4o", "other/two", "the-secret", "zebra"]
)

catalogues = st.dictionaries(
    st.sampled_from([*CONCRETE, *WILDCARDS]),
    st.frozensets(st.sampled_from(GROUPS), max_size=2),
    min_size=1,
    max_size=6,
)
Catalogue = Mapping[str, frozenset[str]]
Lists = tuple[Catalogue, list[str], list[str], list[str]]


def lists_of(catalogue: Catalogue) -> st.SearchStrategy[Lists]:
    """Return three lists for this catalog, mostly of its own names."""
    own = sorted({*catalogue, *set[str]().union(*catalogue.values())})
    names = st.one_of(
        st.sampled_from(own), st.sampled_from(own), st.sampled_from([*SPECIAL, *WILDCARDS, *sorted(TRIED)])
    )
    written = st.lists(names, max_size=3)
    return st.tuples(st.just(catalogue), written, written, written)


written = catalogues.flatmap(lists_of)


def shown(catalogue: Catalogue) -> list[ModelView]:
    """Return the catalog as Keydesk reads it from LiteLLM."""
    nothing = dict.fromkeys(
        ["input_cost_per_token", "output_cost_per_token", "max_input_tokens", "max_output_tokens"]
    )
    return [
        ModelView(
            model_name=name,
            mode="chat",
            supports_function_calling=False,
            supports_vision=False,
            access_groups=sorted(groups),
            **nothing,
        )
        for name, groups in catalogue.items()
    ]


@given(written)
def test_a_team_reaches_only_what_the_allow_lists_reach(lists: Lists) -> None:
    catalogue, allowed, asked, _ = lists
    rules = TeamAdmin(allowed_models=tuple(allowed))
    try:
        check_models(asked, rules, shown(catalogue))
    except (InvalidRequest, PolicyRefused):
        return
    event("accepted" if asked else "nothing asked for")
    router = Router(catalogue, TRIED)
    assert not asked or allowed, "an empty allow-list allows nothing"
    assert not asked or router.reach(asked) <= router.reach(allowed)
    assert not set(asked) & set(SPECIAL)


@given(written)
def test_every_offered_model_of_a_team_is_accepted(lists: Lists) -> None:
    catalogue, allowed, _, _ = lists
    rules, models = TeamAdmin(allowed_models=tuple(allowed)), shown(catalogue)
    check_models(sorted(assignable_models(rules, models)), rules, models)


@given(written)
def test_a_model_of_the_allowlist_is_granted(lists: Lists) -> None:
    """Other wildcards and groups in the list do not matter."""
    catalogue, allowed, _, _ = lists
    groups = set[str]().union(*catalogue.values())
    asked = [name for name in allowed if name in catalogue and "*" not in name and name not in groups]
    check_models(asked, TeamAdmin(allowed_models=tuple(allowed)), shown(catalogue))


def stored(
    owner: Sequence[str], team: Sequence[str] | None, asked: Sequence[str], models: Sequence[ModelView]
) -> tuple[str, ...] | None:
    """Return the list stored with a key, or None if it was refused."""
    user = User.model_validate({"user_id": "jane", "models": owner})
    joined = None if team is None else Team.model_validate({"team_id": "t", "models": team})
    try:
        return models_for_key(asked, user, joined, models)
    except (InvalidRequest, PolicyRefused):
        return None


@given(written, st.booleans())
def test_a_key_reaches_only_models_of_its_owner_and_its_team(lists: Lists, in_team: bool) -> None:
    catalogue, owner, listed_by_team, asked = lists
    # test_models_within_reach.py has accounts without models of their own.
    assume(not {*owner, *listed_by_team} & set(SPECIAL[1:]))
    team = listed_by_team if in_team else None
    listed = stored(owner, team, asked, shown(catalogue))
    if listed is None:
        return
    event("a key with a list" if listed else "a key without one")
    router = Router(catalogue, TRIED)
    bounds = router.reach(owner) if team is None else router.reach(owner) & router.reach(team)
    # LiteLLM applies the owner's list to a personal key, and only the team's to a team key.
    assert router.reach(listed) & router.reach(owner if team is None else team) <= bounds


@given(written)
def test_no_key_gets_a_special_word(lists: Lists) -> None:
    catalogue, _, _, asked = lists
    assert not set(stored([], None, asked, shown(catalogue)) or ()) & set(SPECIAL)
