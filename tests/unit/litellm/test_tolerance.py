"""Releases differ in their fields: missing, null and new fields are accepted."""

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
def test_null_equals_missing(shape: type[BaseModel], least: dict[str, Any]) -> None:
    nulls = dict.fromkeys(shape.model_fields) | least
    assert shape.model_validate(nulls) == shape.model_validate(least)


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_unknown_fields_are_dropped(shape: type[BaseModel], least: dict[str, Any]) -> None:
    assert shape.model_validate({**least, "invented_in_2027": {"a": [1]}}) == shape.model_validate(least)


@pytest.mark.parametrize(("shape", "least"), LEAST)
def test_parsed_objects_are_immutable(shape: type[BaseModel], least: dict[str, Any]) -> None:
    name = next(iter(shape.model_fields))
    with pytest.raises(ValueError, match="frozen"):
        setattr(shape.model_validate(least), name, "changed")


def test_null_is_an_empty_list_or_no_limit() -> None:
    team = Team.model_validate(
        {"team_id": "red", "models": None, "members_with_roles": None, "metadata": None}
    )
    assert (team.models, team.members_with_roles, team.metadata) == ((), (), {})
    assert (team.max_budget, team.spend, team.blocked) == (None, 0.0, False)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T10:59:46.210000", "2026-11-23T10:59:46.210000Z", "2026-11-23T11:59:46.210000+01:00"],
)
def test_times_are_converted_to_utc(text: str) -> None:
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
def test_a_time_outside_of_the_calendar_is_clamped(text: str, shown: datetime) -> None:
    assert Key.model_validate({"token": "hash", "expires": text}).expires_at == shown


def test_an_empty_time_is_none() -> None:
    assert Key.model_validate({"token": "hash", "expires": ""}).expires_at is None


def test_a_key_has_litellms_and_keydesks_names() -> None:
    theirs = {
        "token": "hash",
        "key_name": "sk-...abcd",
        "expires": "2026-12-01T00:00:00Z",
        "last_active": None,
    }
    key = Key.model_validate(theirs)
    assert key.masked == "sk-...abcd"
    assert Key.model_validate(key.model_dump()) == key


def test_a_team_without_an_object_permission_has_no_objects() -> None:
    team = Team.model_validate({"team_id": "red", "object_permission": None, "object_permission_id": None})
    assert team.object_permission == ObjectPermission()


def test_a_team_with_an_unread_object_permission_is_marked() -> None:
    team = Team.model_validate({"team_id": "red", "object_permission": None, "object_permission_id": "op-1"})
    assert team.object_permission is None


def test_decimal_limits_are_whole_numbers() -> None:
    group = ModelGroup.model_validate({"model_group": "gpt-4o", "max_input_tokens": 128000.0})
    assert group.max_input_tokens == 128000
