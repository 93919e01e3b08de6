"""Rules for the models and the owning group of a team."""

from collections.abc import Sequence

import pytest

from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.litellm import Team
from keydesk.models.models import ModelView
from keydesk.settings import AccountDefaults, Provisioning, ProvisioningRole, TeamAdmin
from keydesk.teams.limits import check_models, is_provisioned, owning_group
from keydesk.teams.policy import is_owned


def model(name: str, *groups: str) -> ModelView:
    return ModelView(
        model_name=name,
        mode="chat",
        input_cost_per_token=None,
        output_cost_per_token=None,
        max_input_tokens=None,
        max_output_tokens=None,
        supports_function_calling=False,
        supports_vision=False,
        access_groups=[*groups],
    )


CATALOGUE = [
    model("mini", "basic"),
    model("large", "basic", "premium"),
    model("xl", "premium"),
    model("openai/*"),
    model("basic-looking", "twin"),
    model("twin", "twins"),
]


@pytest.mark.parametrize(
    ("models", "groups", "requested"),
    [
        (["xl"], [], ["xl"]),
        ([], ["basic"], ["mini", "large", "basic"]),
        (["*"], [], ["mini", "xl", "openai/gpt-9"]),
        (["*"], ["premium"], ["premium"]),
        (["openai/*"], [], ["openai/gpt-9", "openai/*"]),
        ([], ["twin"], ["twin"]),
        (["basic"], [], ["mini", "basic"]),
    ],
    ids=str,
)
def test_models_on_an_allowlist_are_allowed(
    models: Sequence[str], groups: Sequence[str], requested: Sequence[str]
) -> None:
    rules = TeamAdmin(allowed_models=tuple(models), allowed_model_access_groups=tuple(groups))
    check_models(requested, rules, CATALOGUE)


@pytest.mark.parametrize(
    ("models", "groups", "requested"),
    [
        ([], [], "mini"),
        (["mini"], [], "large"),
        (["mini", "large"], [], "basic"),
        ([], ["basic"], "premium"),
        ([], ["basic"], "openai/gpt-9"),
        ([], ["twins"], "twin"),
        (["*"], [], "premium"),
        (["all-proxy-models"], [], "premium"),
    ],
    ids=str,
)
def test_models_on_no_allowlist_are_refused(
    models: Sequence[str], groups: Sequence[str], requested: str
) -> None:
    """An access group must be listed by its own name, because models can be added to it."""
    rules = TeamAdmin(allowed_models=tuple(models), allowed_model_access_groups=tuple(groups))
    with pytest.raises(PolicyRefused):
        check_models([requested], rules, CATALOGUE)


@pytest.mark.parametrize(
    "requested", ["nothing", "all-proxy-models", "no-default-models", "all-team-models", "*"]
)
def test_unknown_names_are_invalid(requested: str) -> None:
    with pytest.raises(InvalidRequest):
        check_models([requested], TeamAdmin(allowed_models=("*",)), CATALOGUE)


def test_the_owning_group_defaults_to_the_first_group() -> None:
    groups = ("group:default/a", "group:default/b")
    assert owning_group(None, groups) == "group:default/a"
    assert owning_group("group:default/b", groups) == "group:default/b"
    for requested, managed in (("group:default/c", groups), (None, ())):
        with pytest.raises(PolicyRefused):
            owning_group(requested, managed)


@pytest.mark.parametrize(
    ("written", "owned"),
    [
        ("group:default/a", True),
        ("Group:Default/A", True),
        ("a", True),
        ("group:other/a", False),
        ("user:default/a", False),
        ("", False),
        (None, False),
        (["group:default/a"], False),
    ],
)
def test_ownership_compares_full_references(written: object, owned: bool) -> None:
    team = Team(team_id="x", metadata={"owning_group": written})
    assert is_owned(team, {"group:default/a"}) is owned
    assert not is_owned(Team(team_id="x"), {"group:default/a"})


def test_teams_of_the_defaults_and_of_roles_are_provisioned() -> None:
    role = ProvisioningRole(group="group:default/a", teams=("of-role",))
    provisioning = Provisioning(defaults=AccountDefaults(teams=("of-all",)), roles=(role,))
    named = [team for team in ("of-all", "of-role", "other") if is_provisioned(team, provisioning)]
    assert named == ["of-all", "of-role"]
