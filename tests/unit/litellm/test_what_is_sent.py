"""Request bodies allow no unknown members and omit members that are not set."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from keydesk.litellm import (
    KeyChanges,
    NewKey,
    NewTeam,
    NewUser,
    ObjectPermissionChanges,
    TeamChanges,
    UserChanges,
)

LEAST: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (NewUser, {"user_id": "alice"}),
    (NewKey, {}),
    (NewTeam, {"team_alias": "Red"}),
    (UserChanges, {}),
    (KeyChanges, {}),
    (TeamChanges, {}),
    (ObjectPermissionChanges, {}),
]


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_an_unknown_field_is_refused(shape: type[BaseModel], least: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="max_buget"):
        shape.model_validate({**least, "max_buget": 5})


@pytest.mark.parametrize("name", ["key", "spend", "key_type", "guardrails", "allowed_routes", "token"])
def test_a_new_key_cannot_set_fixed_fields(name: str) -> None:
    with pytest.raises(ValidationError):
        NewKey.model_validate({name: "x"})


@pytest.mark.parametrize("shape", [NewKey, KeyChanges])
def test_a_key_never_carries_model_aliases(shape: type[BaseModel]) -> None:
    """They escalate privileges in some releases: CVE-2026-136538."""
    with pytest.raises(ValidationError, match="aliases"):
        shape.model_validate({"aliases": {"gpt-4o-mini": "premium-xl"}})


@pytest.mark.parametrize("shape", [UserChanges, KeyChanges, TeamChanges])
def test_an_empty_update_sends_nothing(shape: type[UserChanges | KeyChanges | TeamChanges]) -> None:
    assert shape().changed_body() == {}


def test_a_limit_is_kept_set_or_cleared() -> None:
    assert KeyChanges().changed_body() == {}
    assert KeyChanges(max_budget=2.5).changed_body() == {"max_budget": 2.5}
    assert KeyChanges(max_budget=None).changed_body() == {"max_budget": None}


def test_an_explicit_default_is_sent() -> None:
    assert KeyChanges(blocked=False, models=()).changed_body() == {"blocked": False, "models": []}


def test_one_list_of_an_object_permission_keeps_the_other() -> None:
    changes = TeamChanges(object_permission=ObjectPermissionChanges(vector_stores=("docs",)))
    assert changes.changed_body() == {"object_permission": {"vector_stores": ["docs"]}}


def test_a_new_object_sends_no_nulls() -> None:
    assert NewTeam(team_alias="Red").new_body() == {
        "team_alias": "Red",
        "models": [],
        "members_with_roles": [],
        "metadata": {},
    }


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), float("-inf")])
def test_infinite_and_nan_budgets_are_refused(amount: float) -> None:
    for shape in (NewKey, KeyChanges, TeamChanges, UserChanges):
        with pytest.raises(ValidationError):
            shape.model_validate({"max_budget": amount})


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        (KeyChanges, "models"),
        (KeyChanges, "metadata"),
        (KeyChanges, "blocked"),
        (TeamChanges, "models"),
        (TeamChanges, "metadata"),
        (TeamChanges, "blocked"),
        (TeamChanges, "object_permission"),
        (UserChanges, "models"),
        (UserChanges, "metadata"),
        (UserChanges, "user_role"),
        (UserChanges, "user_email"),
    ],
)
def test_fields_that_litellm_cannot_clear_do_not_accept_null(shape: type[BaseModel], name: str) -> None:
    with pytest.raises(ValidationError):
        shape.model_validate({name: None})
