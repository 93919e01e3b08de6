"""Filters of the audit log."""

import pytest

from keydesk.audit.policy import Filter, Range, filter_of
from keydesk.kit.problems import InvalidRequest

NOTHING = {"action": "", "table_name": "", "changed_by": ""}


def test_empty_values_match_everything() -> None:
    assert filter_of(Range(), **NOTHING).is_empty


def test_a_name_matches_a_person_or_keydesk_itself() -> None:
    found = filter_of(Range(), **NOTHING | {"action": "deleted", "changed_by": "Jane"})
    assert found == Filter(action="deleted", actors=("Jane", "user:default/jane"))


@pytest.mark.parametrize("param", NOTHING)
@pytest.mark.parametrize("text", ["\0", "a\0b", "a\nb", "\u202eb", "\ud800"])
def test_control_characters_are_refused(param: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filter_of(Range(), **NOTHING | {param: text})
    assert refused.value.param == param
    assert text not in refused.value.error
