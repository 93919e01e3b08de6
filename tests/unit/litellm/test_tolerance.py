"""Releases differ in what they include: whatever is missing or null must do no harm, whatever is new neither."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from keydesk.litellm import (
    Deployment,
    Key,
    McpServer,
    ModelGroup,
    ObjectPermission,
    Readiness,
    Team,
    TeamMember,
    User,
    VectorStore,
)

LEAST: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (User, {"user_id": "alice"}),
    (Key, {"token": "hash"}),
    (Team, {"team_id": "red"}),
    (TeamMember, {}),
    (ObjectPermission, {}),
    (Deployment, {"model_name": "gpt-4o", "model_info": None, "litellm_params": None}),
    (ModelGroup, {"model_group": "gpt-4o"}),
    (VectorStore, {"vector_store_id": "docs"}),
    (McpServer, {"server_id": "search"}),
    (Readiness, {}),
]


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_null_is_the_same_as_missing(shape: type[BaseModel], least: dict[str, Any]) -> None:
    nulls = dict.fromkeys(shape.model_fields) | least
    assert shape.model_validate(nulls) == shape.model_validate(least)


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_members_of_newer_releases_are_dropped(shape: type[BaseModel], least: dict[str, Any]) -> None:
    assert shape.model_validate({**least, "invented_in_2027": {"a": [1]}}) == shape.model_validate(least)


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_what_was_read_cannot_be_changed(shape: type[BaseModel], least: dict[str, Any]) -> None:
    name = next(iter(shape.model_fields))
    with pytest.raises(ValueError, match="frozen"):
        setattr(shape.model_validate(least), name, "changed")


def test_nulls_become_empty_lists_and_no_limits() -> None:
    team = Team.model_validate(
        {"team_id": "red", "models": None, "members_with_roles": None, "metadata": None}
    )
    assert (team.models, team.members_with_roles, team.metadata) == ((), (), {})
    assert (team.max_budget, team.spend, team.blocked) == (None, 0.0, False)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T10:59:46.210000", "2026-11-23T10:59:46.210000Z", "2026-11-23T11:59:46.210000+01:00"],
)
def test_times_are_in_utc_however_they_are_written(text: str) -> None:
    key = Key.model_validate({"token": "hash", "expires": text})
    assert key.expires_at == datetime(2026, 11, 23, 10, 59, 46, 210000, tzinfo=UTC)
    assert key.expires_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0001-01-01T00:00:00+14:00", datetime.min.replace(tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_time_outside_of_the_calendar_is_the_nearest_one_in_it(text: str, shown: datetime) -> None:
    assert Key.model_validate({"token": "hash", "expires": text}).expires_at == shown


def test_an_empty_time_is_none() -> None:
    assert Key.model_validate({"token": "hash", "expires": ""}).expires_at is None


def test_a_key_goes_by_its_names_in_litellm_and_by_ours() -> None:
    theirs = {
        "token": "hash",
        "key_name": "sk-...abcd",
        "expires": "2026-12-01T00:00:00Z",
        "last_active": None,
    }
    key = Key.model_validate(theirs)
    assert key.masked == "sk-...abcd"
    assert Key.model_validate(key.model_dump()) == key


def test_a_team_without_an_object_permission_may_reach_nothing() -> None:
    team = Team.model_validate({"team_id": "red", "object_permission": None, "object_permission_id": None})
    assert team.object_permission == ObjectPermission()


def test_a_team_whose_object_permission_was_not_told_says_so() -> None:
    team = Team.model_validate({"team_id": "red", "object_permission": None, "object_permission_id": "op-1"})
    assert team.object_permission is None


def test_limits_told_as_decimals_are_whole_numbers() -> None:
    group = ModelGroup.model_validate({"model_group": "gpt-4o", "max_input_tokens": 128000.0})
    assert group.max_input_tokens == 128000
