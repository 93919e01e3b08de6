"""The differences of an audited change."""

from typing import Any

import pytest

from keydesk.audit.models import Action, AuditedTable, Outcome
from keydesk.web.audit.differences import value_changes
from keydesk.web.audit.words import actions, outcome_of, tables


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", "1", "2", "changed")]),
        ({"a": 1}, {"a": 1}, [("a", "1", "1", "same")]),
        ({}, {"a": "x"}, [("a", None, "x", "added")]),
        ({"a": "x"}, {}, [("a", "x", None, "removed")]),
        ({"a": None}, {"a": 5.0}, [("a", "(none)", "5.0", "changed")]),
        ({"a": ""}, {"a": True}, [("a", "(empty)", "true", "changed")]),
        ({"m": {"x": 1}}, {"m": {"x": 2, "y": []}}, [("m.x", "1", "2", "changed"), ("m.y", None, "(empty)", "added")]),
        ({"m": {"x": 1}}, {"m": None}, [("m", '{"x": 1}', "(none)", "changed")]),
        ({}, {"m": {}}, [("m", None, "{}", "added")]),
        ({"a": True}, {"a": 1}, [("a", "true", "1", "changed")]),
    ],
)  # fmt: skip
def test_a_value_has_its_old_and_new_text(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str | None, str | None, str]]
) -> None:
    found = [(each.path, each.before, each.after, each.kind) for each in value_changes(before, after)]
    assert found == expected


def test_only_added_and_removed_entries_of_a_list_are_shown() -> None:
    (found,) = value_changes({"models": ["a", "b"]}, {"models": ["b", "c"]})
    assert (found.gone, found.new) == (("a",), ("c",))


def test_changed_values_come_first() -> None:
    found = value_changes({"a": 1, "z": 1}, {"a": 1, "z": 2})
    assert [each.path for each in found] == ["z", "a"]


def test_every_audited_action_has_a_label() -> None:
    assert set(tables()) == set(AuditedTable)
    assert set(actions()) == set(Action)
    assert all(outcome_of(outcome)[0] for outcome in (*Outcome, None))
