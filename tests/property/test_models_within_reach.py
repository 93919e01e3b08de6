"""With any lists of owner and team, a key reaches only models that both may use.

The oracle interprets lists as LiteLLM does when a key is used: the key's own list, and then the owner's for a
personal key or the team's for a team key.
"""

from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st

from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.litellm import Team, User
from keydesk.models.models import ModelView
from keydesk.models.policy import models_for_key

MODELS = {
    "alpha": {"small"},
    "beta": {"small", "large"},
    "gamma": set(),
    "vendor/one": {"large"},
    "vendor/two": {"vendor"},
}
EVERY = frozenset(MODELS)
ONLY_THROUGH_TEAMS = {"no-default-models", "all-team-models"}
NAMES = [*MODELS, "small", "large", "vendor", "unknown", "vendor/*", "*ta", "nothing*"]

listings = st.lists(
    st.sampled_from([*NAMES, *sorted(ONLY_THROUGH_TEAMS), "*", "all-proxy-models"]), max_size=4
)
requests = st.lists(st.sampled_from(NAMES[:-3]), max_size=3)
catalogue = [
    ModelView(
        model_name=name,
        mode="chat",
        input_cost_per_token=None,
        output_cost_per_token=None,
        max_input_tokens=None,
        max_output_tokens=None,
        supports_function_calling=False,
        supports_vision=False,
        access_groups=sorted(groups),
    )
    for name, groups in MODELS.items()
]


def reached(listed: Collection[str]) -> frozenset[str]:
    """Return the models of a list as LiteLLM interprets it: empty means all, stars match any characters."""
    if not listed or "all-proxy-models" in listed or "*" in listed:
        return EVERY
    found = {name for name, groups in MODELS.items() if name in listed or groups & set(listed)}
    starred = [entry.split("*") for entry in listed if "*" in entry]
    return frozenset(
        found
        | {
            name
            for name in MODELS
            for first, last in starred
            if name.startswith(first) and name.endswith(last)
        }
    )


def owners_reach(owner: Sequence[str], in_team: bool) -> frozenset[str]:
    if in_team and owner and set(owner) <= ONLY_THROUGH_TEAMS:
        return EVERY
    return reached(owner)


def granted(owner: list[str], team: list[str] | None, asked: list[str]) -> tuple[str, ...] | None:
    """Return the list stored with the key, or None if it was refused."""
    user = User.model_validate({"user_id": "jane", "models": owner})
    joined = None if team is None else Team.model_validate({"team_id": "t", "models": team})
    try:
        return models_for_key(asked, user, joined, catalogue)
    except (InvalidRequest, PolicyRefused):
        return None


@given(listings, st.none() | listings, requests)
def test_a_key_never_reaches_more_than_its_owner_and_its_team(
    owner: list[str], team: list[str] | None, asked: list[str]
) -> None:
    stored = granted(owner, team, asked)
    if stored is not None:
        in_use = reached(stored) & (reached(owner) if team is None else reached(team))
        allowed = owners_reach(owner, team is not None) & (EVERY if team is None else reached(team))
        assert in_use <= allowed


@given(listings, st.none() | listings)
def test_a_key_without_a_list_reaches_all_models_that_both_may_use(
    owner: list[str], team: list[str] | None
) -> None:
    allowed = owners_reach(owner, team is not None) & (EVERY if team is None else reached(team))
    stored = granted(owner, team, [])
    if stored is None:
        assert not allowed
    else:
        assert reached(stored) & (reached(owner) if team is None else reached(team)) == allowed


@given(listings, st.none() | listings, requests.filter(bool))
def test_a_list_is_granted_exactly_if_all_its_models_are_allowed(
    owner: list[str], team: list[str] | None, asked: list[str]
) -> None:
    allowed = owners_reach(owner, team is not None) & (EVERY if team is None else reached(team))
    known = all(reached([name]) for name in asked)
    stored = granted(owner, team, asked)
    assert (stored is not None) == (known and reached(asked) <= allowed)
    if stored is not None:
        assert list(stored) == list(dict.fromkeys(asked))
