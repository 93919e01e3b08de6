"""The list of keys: search, filters, sort order and marks."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import QueryParams

from keydesk.keys.models import KeyView
from keydesk.web.keys.listing import KEYS as KEYS_LIST
from keydesk.web.keys.listing import Row, rows
from keydesk.web.lists.state import ListState, state_of
from keydesk.web.lists.view import ListView, arranged
from keydesk.web.status import hygiene_of

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def key(alias: str | None, **fields: Any) -> KeyView:
    plain = dict.fromkeys(KeyView.model_fields) | {"key": "sk-...abcd", "token": "key_x", "created_at": NOW}
    return KeyView(
        **plain
        | {
            "spend": 0.0,
            "models": [],
            "budget_limits": [],
            "blocked": False,
            "can_manage_gateway": False,
            "key_alias": alias,
        }
        | fields
    )


KEYS = [
    key(
        "laptop",
        team_id="t1",
        models=["gpt-4o"],
        spend=3.0,
        max_budget=5.0,
        created_at=NOW - timedelta(days=1),
    ),
    key("Build", spend=9.0, expires_at=NOW - timedelta(days=1), created_at=NOW - timedelta(days=2)),
    key(None, blocked=True, last_active_at=NOW, created_at=NOW - timedelta(days=3)),
]
ROWS = rows(KEYS, {"t1": "Platform"}, NOW)


def state_at(url: str) -> ListState:
    return state_of(KEYS_LIST, "/keys", QueryParams(urlsplit(url).query))


def view(query: str = "") -> ListView[Row]:
    return arranged(ROWS, state_of(KEYS_LIST, "/keys", QueryParams(query)))


def names(words: str = "", order: str = "", **filters: str) -> list[str]:
    return [row.name for row in view(urlencode({"q": words, "sort": order, **filters})).rows]


def test_a_search_matches_names_teams_models_states_and_marks() -> None:
    assert names() == ["laptop", "Build", "Unnamed key"]
    for words in ("LAP", "platform", "gpt-4o lap", "active"):
        assert names(words) == ["laptop"]
    assert names("expired") == ["Build"]
    assert names("blocked") == ["Unnamed key"]
    assert names("laptop expired") == []


def test_orders() -> None:
    assert names(order="name") == ["Build", "laptop", "Unnamed key"]
    assert names(order="-spent") == ["Build", "laptop", "Unnamed key"]
    assert names(order="expires")[0] == "Build"
    assert names(order="-used")[0] == "Unnamed key"
    assert names(order="state")[0] == "Unnamed key"
    for junk in ("", "-", "nothing", "-nothing", "models", "--name"):
        assert names(order=junk) == names()


def test_a_second_click_reverses_the_order() -> None:
    for column in KEYS_LIST.columns:
        if column.value is None:
            continue
        first = state_at(state_at("/keys").sorted_by(column))
        second = state_at(first.sorted_by(column))
        assert {first.column, second.column} == {column.name}
        assert first.falling is not second.falling
        assert {first.aria_sort(column), second.aria_sort(column)} == {"ascending", "descending"}


def test_filters_by_status_team_model_and_expiration() -> None:
    assert names(state="blocked") == ["Unnamed key"]
    assert names(state="expired") == names(expires="expired") == ["Build"]
    assert names(team="t1") == ["laptop"]
    assert names(team="none") == ["Build", "Unnamed key"]
    assert names(expires="never") == ["laptop", "Unnamed key"]
    assert names(expires="7d") == names(state="nothing") == names(team="nowhere") == []
    assert names(team="none", state="expired") == ["Build"]


def test_a_filter_by_model_finds_keys_that_may_use_all_models() -> None:
    assert names(model="gpt-4o") == ["laptop", "Build", "Unnamed key"]
    assert names(model="o3") == ["Build", "Unnamed key"]


def test_a_filter_offers_what_the_keys_have_and_keeps_a_value_that_is_gone() -> None:
    options = {choice.name: [*choice.options] for choice in view("team=gone&model=gpt-4o").choices}
    assert options["team"] == ["none", "t1", "gone"]
    assert options["model"] == ["gpt-4o"]


def marks(**fields: Any) -> list[str]:
    return [mark.word for mark in hygiene_of(key("x", **fields), NOW)]


def test_keys_that_need_attention_are_marked() -> None:
    long_ago = NOW - timedelta(days=31)
    tidy = {"max_budget": 1.0, "expires_at": NOW + timedelta(days=9)}
    assert marks(**tidy) == []
    assert marks() == ["no limit", "never expires"]
    assert marks(**tidy, created_at=long_ago) == ["never used"]
    assert marks(**tidy, created_at=long_ago, spend=1.0) == []
    assert marks(**tidy, created_at=long_ago, last_active_at=long_ago) == ["unused for 30 days"]
    assert marks(**tidy, created_at=long_ago, last_active_at=NOW - timedelta(days=29)) == []
