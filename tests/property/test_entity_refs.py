"""Entity references: different spellings of a person are equal, and different people never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.kit.entity_refs import full_group_ref, full_user_ref, split_ref

names = st.from_regex(r"[A-Za-z0-9._@+-]{1,63}", fullmatch=True)
namespaces = st.from_regex(r"[A-Za-z0-9._-]{1,63}", fullmatch=True)


@given(names)
def test_a_bare_name_is_a_person_in_the_default_namespace(name: str) -> None:
    assert full_user_ref(name) == f"user:default/{name.lower()}"


@given(namespaces, names)
def test_every_spelling_of_a_person_is_the_same_person(namespace: str, name: str) -> None:
    spellings = {f"user:{namespace}/{name}", f"USER:{namespace}/{name}", f" {namespace.upper()}/{name} "}
    (ref,) = {full_user_ref(spelling) for spelling in spellings}
    assert full_user_ref(ref) == ref
    assert split_ref(ref) == ("user", namespace.lower(), name.lower())


@given(st.text(max_size=20))
def test_different_people_are_never_equal(text: str) -> None:
    """Letters of other scripts can become ASCII letters in lower case."""
    try:
        ref = full_user_ref(text)
    except ValueError:
        return
    assert text.strip().isascii()
    assert ref.endswith(text.strip().lower().rpartition("/")[2])


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "user:", "user:default/", "a/b/c", "group:default/jane", "user:default/jane smith"],
        *["user:default/jane\n\njane", "user:default/ja\x00ne", "user::jane", "jane/", ":jane", "x" * 64],
        *["user:default/\u212aate", "\u017fam", "j\u00e1ne", "user:default/jane?", "*"],
    ],
)
def test_an_invalid_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an entity reference such as user:default/name"):
        full_user_ref(text)


def test_a_person_is_not_a_group() -> None:
    with pytest.raises(ValueError, match="group:default/name"):
        full_group_ref("user:default/jane")
