"""The owner of a key: a LiteLLM user, or the team of a key without a user."""

from typing import Any

import pytest

from keydesk.accounts.policy import litellm_user_id
from keydesk.keys.owners import (
    NO_OWNER,
    TEAM_ADMINS,
    as_user,
    blocker_name,
    owner_in,
    owner_of,
    team_of,
    team_owner,
    user_id_of,
)
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from keydesk.litellm import Key

TEAM = "team-1"


def key(**fields: Any) -> Key:
    return Key(token_hash="a" * 64, **fields)


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({"user_id": "jane"}, "jane"),
        ({"user_id": "jane", "team_id": TEAM}, "jane"),
        ({"team_id": TEAM}, team_owner(TEAM)),
        ({}, NO_OWNER),
    ],
)
def test_a_key_belongs_to_its_user_or_else_to_its_team(fields: dict[str, str], owner: str) -> None:
    assert owner_of(key(**fields)) == owner
    assert owner_in({"user_id": None, "team_id": None, **fields}) == owner


def test_the_owner_of_a_service_key_is_never_a_user_id() -> None:
    owner = team_owner(TEAM)
    assert (team_of(owner), user_id_of(owner)) == (TEAM, None)
    assert (team_of("jane"), user_id_of("jane")) == (None, "jane")
    assert as_user(TEAM).user_id == owner


def test_a_litellm_user_cannot_pass_for_a_team() -> None:
    """Administrators can create users with any id in LiteLLM."""
    assert owner_of(key(user_id=team_owner(TEAM))) == NO_OWNER
    assert owner_of(key(user_id=team_owner(TEAM), team_id=TEAM)) == NO_OWNER


@pytest.mark.parametrize("name", ["keydesk:team:team-1", "keydesk:x"])
def test_no_person_can_have_the_account_of_a_team(name: str) -> None:
    with pytest.raises(NotAnAccount):
        litellm_user_id(Person(f"user:default/{name}"), None)
    with pytest.raises(NotAnAccount):
        litellm_user_id(Person(f"user:default/{name}"), "example.com")


def test_a_team_with_an_id_that_is_too_long_to_store_owns_no_keys() -> None:
    assert owner_of(key(team_id="t" * 243)) == NO_OWNER
    assert team_of(owner_of(key(team_id="t" * 242))) == "t" * 242


def test_all_admins_of_a_team_block_under_one_name() -> None:
    assert blocker_name("user:default/olga", team_owner(TEAM)) == TEAM_ADMINS
    assert blocker_name("user:default/olga", "jane") == "user:default/olga"
