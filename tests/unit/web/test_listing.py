"""The list of keys: search, order and marks."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from keydesk.keys.models import KeyView
from keydesk.web.keys.listing import Column, Order, chosen, rows
from keydesk.web.status import hygiene_of

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def key(alias: str | None, **fields: Any) -> KeyView:
    plain = dict.fromkeys(KeyView.model_fields) | {"key": "sk-...abcd", "token": "key_x", "created_at": NOW}
    return KeyView(
        **plain
        | {"spend": 0.0, "models": [], "blocked": False, "can_manage_gateway": False, "key_alias": alias}
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


def names(words: str = "", order: str | None = None) -> list[str]:
    return [row.name for row in chosen(ROWS, words, Order.named(order))]


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
    for junk in ("", "-", "nothing", "-nothing", None):
        assert names(order=junk) == names()


def test_a_second_click_reverses_the_order() -> None:
    for column in get_args(Column):
        first = Order.named(Order.named(None).next_for(column))
        second = Order.named(first.next_for(column))
        assert {first.column, second.column} == {column}
        assert first.falling is not second.falling
        assert {first.aria(column), second.aria(column)} == {"ascending", "descending"}


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
