"""Different names of an identity provider never map to one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.auth.person_names import group_refs, person_ref
from keydesk.kit.problems import NotSignedIn


@pytest.mark.parametrize("name", ["bob", "bob@evil.example", "bob.smith", "b_o-b+x", "0bob", "b" * 63])
def test_a_plain_name_is_used_unchanged(name: str) -> None:
    assert person_ref(name, "default", ignore_case=False) == f"user:default/{name}"


CAPITALS = ["Bob", "BOB"]
SPACES = ["", " bob", "bob ", "bob\t", "b\x00b"]
OTHER_ALPHABETS = ["b\u00f3b", "\uff42\uff4f\uff42", "bo\u0131"]
REFERENCES = ["other/bob", "user:other/bob", "bob\\", "bob%40", "bob?", "bob#", "..", ".bob"]
SHAPES = ["-bob", "@bob", "b" * 64]


@pytest.mark.parametrize("name", [*CAPITALS, *SPACES, *OTHER_ALPHABETS, *REFERENCES, *SHAPES])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(NotSignedIn):
        person_ref(name, "default", ignore_case=False)


@pytest.mark.parametrize("name", ["\u212a", "bo\u0130", "B\u00d3B", "\uff22\uff2f\uff22"])
def test_folding_case_does_not_map_other_alphabets_to_ascii(name: str) -> None:
    with pytest.raises(NotSignedIn):
        person_ref(name, "default", ignore_case=True)


@given(st.text(max_size=70), st.text(max_size=70))
def test_different_names_are_different_people(one: str, other: str) -> None:
    refs = []
    for name in (one, other):
        try:
            refs.append(person_ref(name, "default", ignore_case=False))
        except NotSignedIn:
            refs.append(name)

    assert one == other or refs[0] != refs[1]


def test_groups_are_compared_without_case_and_leading_slash() -> None:
    assert group_refs(["/Admins", "ops"], "acme", {}) == {"group:acme/admins", "group:acme/ops"}


def test_an_ambiguous_group_is_ignored() -> None:
    odd = [
        "/parent/admins",
        "other/admins",
        "group:default/admins",
        "ad mins",
        "//admins",
        "",
        "/",
        "\u212aids",
    ]

    assert group_refs([*odd, 7, None], "default", {}) == frozenset()


def test_the_operator_names_groups_of_the_provider() -> None:
    names = {"acme:platform": "platform", "0760b6cf": "power-users"}
    found = group_refs(["acme:platform", "other:platform", "0760b6cf", "ops"], "default", names)
    assert found == {"group:default/platform", "group:default/power-users", "group:default/ops"}
