"""How people map to LiteLLM users, and how accounts are compared with the configuration."""

import pytest

from keydesk.accounts.policy import (
    changes_for,
    differences,
    effective_settings,
    litellm_user_id,
    wanted_settings,
)
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from keydesk.litellm import User
from keydesk.settings import AccountDefaults, Provisioning

POWER = "group:default/ai-power-users"
ADMINS = "group:default/admins"
PROVISIONING = Provisioning.model_validate(
    {
        "defaults": {"max_budget": 10.0, "models": ["small"], "metadata": {"team": "none", "site": "hq"}},
        "roles": [
            {"group": "ai-power-users", "max_budget": 50.0, "metadata": {"team": "power"}},
            {"group": "admins", "models": [], "rpm_limit": 9},
        ],
    }
)


def account(**fields: object) -> User:
    return User.model_validate(
        {"user_id": "jane", "user_role": "internal_user", "budget_duration": "30d"} | fields
    )


def wanted(**fields: object) -> dict[str, object]:
    return wanted_settings(AccountDefaults.model_validate(fields))


@pytest.mark.parametrize(
    ("ref", "domain", "user_id"),
    [
        ("user:default/jane", None, "jane"),
        ("user:default/jane", "example.com", "jane@example.com"),
        ("user:default/jane@evil.example", "example.com", "jane@evil.example"),
    ],
)
def test_the_user_id_is_the_entity_name_with_the_domain(ref: str, domain: str | None, user_id: str) -> None:
    assert litellm_user_id(Person(ref), domain) == user_id


@pytest.mark.parametrize(
    ("ref", "domain"),
    [
        ("user:other/jane", None),
        ("user:default/default_user_id", None),
        ("user:default/jane@example.com", "Example.com"),
    ],
)
def test_some_people_can_have_no_account(ref: str, domain: str | None) -> None:
    with pytest.raises(NotAnAccount):
        litellm_user_id(Person(ref), domain)


def test_a_person_in_no_group_gets_the_defaults() -> None:
    assert effective_settings(PROVISIONING, set()) == PROVISIONING.defaults


def test_a_role_overrides_its_settings_and_merges_metadata() -> None:
    settings = effective_settings(PROVISIONING, {POWER})
    assert (settings.max_budget, settings.models) == (50.0, ("small",))
    assert settings.metadata == {"team": "power", "site": "hq"}


def test_the_first_matching_role_applies() -> None:
    settings = effective_settings(PROVISIONING, {ADMINS, POWER})
    assert (settings.max_budget, settings.rpm_limit) == (50.0, None)


def test_a_role_can_allow_every_model() -> None:
    assert effective_settings(PROVISIONING, {ADMINS}).models == ()


def test_an_unchanged_account_has_no_differences() -> None:
    applied = wanted(max_budget=10)
    assert differences(account(max_budget=10.0), applied, applied) == []


def test_a_changed_configuration_is_a_difference() -> None:
    (found,) = differences(account(max_budget=10.0), wanted(max_budget=10), wanted(max_budget=20))
    assert (found.setting, found.current, found.wanted, found.by_hand) == ("max_budget", 10.0, 20.0, False)


def test_a_change_by_someone_else_is_marked() -> None:
    (found,) = differences(account(max_budget=99.0), wanted(max_budget=10), wanted(max_budget=20))
    assert found.by_hand


def test_settings_that_were_never_applied_are_not_compared() -> None:
    assert differences(account(max_budget=99.0), {}, wanted(max_budget=20)) == []


def test_every_model_is_sent_as_a_special_word_because_litellm_ignores_an_empty_list() -> None:
    applied = wanted(max_budget=None, models=["small"])
    user = account(models=["small"])
    found = differences(user, applied, wanted(max_budget=None))
    assert changes_for(found, user, applied).changed_body() == {"models": ["all-proxy-models"]}
    assert differences(account(models=["all-proxy-models"]), applied, wanted(max_budget=None)) == []


def test_other_metadata_is_kept() -> None:
    applied = wanted(max_budget=None, metadata={"old": "1", "both": "1"})
    user = account(metadata={"old": "1", "both": "1", "theirs": "x"})
    found = differences(user, applied, wanted(max_budget=None, metadata={"both": "2"}))
    assert changes_for(found, user, applied).metadata == {"both": "2", "theirs": "x"}


def test_other_teams_are_not_compared() -> None:
    applied = wanted(max_budget=None, teams=["a"])
    assert differences(account(teams=["a", "theirs"]), applied, applied) == []
    (found,) = differences(account(teams=["a", "theirs"]), applied, wanted(max_budget=None, teams=["b"]))
    assert (found.current, found.wanted) == (["a"], ["b"])
