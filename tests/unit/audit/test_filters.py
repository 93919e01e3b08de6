"""What may be asked of the audit log."""

import pytest

from keydesk.audit.policy import Filter, Range, filter_of
from keydesk.kit.problems import InvalidRequest

NOTHING = {"action": "", "table_name": "", "changed_by": ""}


def test_empty_texts_ask_for_anything() -> None:
    assert filter_of(Range(), **NOTHING).is_empty


def test_a_bare_name_may_be_a_person_or_the_key_desk_itself() -> None:
    asked = filter_of(Range(), **NOTHING | {"action": "deleted", "changed_by": "Jane"})
    assert asked == Filter(action="deleted", actors=("Jane", "user:default/jane"))


@pytest.mark.parametrize("param", NOTHING)
@pytest.mark.parametrize("text", ["\0", "a\0b", "a\nb", "\u202eb", "\ud800"])
def test_what_no_entry_holds_is_refused_by_name(param: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filter_of(Range(), **NOTHING | {param: text})
    assert refused.value.param == param
    assert text not in refused.value.error
