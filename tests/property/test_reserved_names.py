"""Every alias that Keydesk derives is reserved, and so is every name that a gateway could confuse with it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from keydesk.keys.policy import is_reserved
from keydesk.opencode.policy import interim_alias, slot_alias

ids = st.text(min_size=1, max_size=300)


@given(ids, st.none() | ids)
def test_every_slot_is_reserved(user_id: str, team_id: str | None) -> None:
    slot = slot_alias(user_id, team_id)
    assert is_reserved(slot)
    assert is_reserved(interim_alias(slot))


@given(ids, st.sampled_from([str.upper, str.title, str.swapcase]), st.sampled_from(["", " ", "\u3000", "\t"]))
def test_other_spellings_are_reserved_too(user_id: str, spelt: type[str], space: str) -> None:
    slot = slot_alias(user_id, None)
    assert is_reserved(space + str(spelt(slot)) + space)
    assert is_reserved(unicodedata.normalize("NFD", slot))


@given(st.text(alphabet="abcdefg -_.", max_size=30))
def test_ordinary_names_are_not_reserved(alias: str) -> None:
    assert not is_reserved(alias)
