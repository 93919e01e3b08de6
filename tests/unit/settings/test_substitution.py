"""Variables and includes are resolved by Backstage's rules, as in its config-loader 1.11."""

import os
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.settings.loading import SettingsError
from keydesk.settings.sources.layers import Mark
from keydesk.settings.sources.substitution import Spot, Substitution
from tests.unit.settings.writing import Folder

ENVIRON = {
    "NAME": "jane",
    "OTHER": "bob",
    "EMPTY": "",
    "PADDED": " x \n",
    "REFERENCE": "${NAME}",
    "FOLDER": "deep",
}
ABSENT = Mark.NOTHING

TEXTS = {
    "plain": "plain",
    "${NAME}": "jane",
    "${ NAME }": "jane",
    "user ${NAME} and ${OTHER}": "user jane and bob",
    "${EMPTY}": "",
    "a${EMPTY}b": "ab",
    "${PADDED}": "x",
    "${REFERENCE}": "${NAME}",
    "${MISSING}": ABSENT,
    "user ${MISSING} and ${NAME}": ABSENT,
    "${}": ABSENT,
    "${NAME:-nobody}": "jane",
    "${MISSING:-nobody}": "nobody",
    "${MISSING:- nobody }": "nobody",
    "${EMPTY:-nobody}": "nobody",
    "${MISSING:-}": ABSENT,
    "${EMPTY:-}": ABSENT,
    "${MISSING:-a:-b}": "a:-b",
    "${MISSING-nobody}": ABSENT,
    "$${NAME}": "${NAME}",
    "$$${NAME}": "$${NAME}",
    "$${NAME} ${NAME}": "${NAME} jane",
    "$NAME": "$NAME",
    "${NAME": "${NAME",
    "NAME}": "NAME}",
    "${a{b}": "${a{b}",
}


def filled_in(value: Any, folder: Path = Path("/nowhere")) -> Any:
    return Substitution(ENVIRON).whole(value, Spot((), folder / "keydesk.yaml"))


@pytest.mark.parametrize(("text", "expected"), TEXTS.items(), ids=TEXTS)
def test_variables_in_a_string_are_replaced(text: str, expected: Any) -> None:
    assert filled_in(text) == expected


@pytest.fixture
def shared(folder: Folder) -> Path:
    folder.file("secret.txt", "s3cret ${NAME} \n\n")
    folder.file("deep/token.txt", "token\n")
    folder.file("deep/more.yaml", "token: {$file: token.txt}\nabove: {$include: '../data.yaml#list'}\n")
    folder.file(
        "data.yaml", "name: ${NAME}\nlist: [1, '${MISSING}', two]\nmap: {a.b: 1, c: {d: 2}}\nnull: null\n"
    )
    folder.file("data.json", '{"name": "${OTHER}", "number": 1.5, "switch": true}')
    return folder.path


DIRECTIVES: list[tuple[dict[str, str], Any]] = [
    ({"$env": "NAME"}, "jane"),
    ({"$env": "PADDED"}, "x"),
    ({"$env": "MISSING"}, ABSENT),
    ({"$env": "${MISSING:-OTHER}"}, "bob"),
    ({"$file": "secret.txt"}, "s3cret ${NAME}"),
    ({"$file": "${FOLDER}/token.txt"}, "token"),
    ({"$include": "data.json"}, {"name": "bob", "number": 1.5, "switch": True}),
    ({"$include": "data.json#"}, {"name": "bob", "number": 1.5, "switch": True}),
    ({"$include": "data.yaml#name"}, "jane"),
    ({"$include": "data.yaml#list"}, [1, "two"]),
    ({"$include": "data.yaml#map.c.d"}, 2),
    ({"$include": "data.yaml#missing"}, ABSENT),
    ({"$include": "deep/more.yaml"}, {"token": "token", "above": [1, "two"]}),
]


@pytest.mark.parametrize(("directive", "expected"), DIRECTIVES, ids=str)
def test_a_directive_is_resolved(shared: Path, directive: dict[str, str], expected: Any) -> None:
    assert filled_in(directive, shared) == expected
    assert filled_in({"a": [directive]}, shared) == {"a": [] if expected is ABSENT else [expected]}


def test_an_absolute_path_is_used_unchanged(shared: Path) -> None:
    assert filled_in({"$file": str(shared / "secret.txt")}) == "s3cret ${NAME}"


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"$file": "canary.txt"},
        "the file (relative to {folder}) cannot be read: No such file or directory",
    ),
    ({"$file": "deep"}, "the file (relative to {folder}) cannot be read: Is a directory"),
    ({"$file": "a\0b"}, "the file (relative to {folder}) is not UTF-8 text"),
    ({"$file": "https://example.com/canary"}, "expected a local file, not a URL"),
    ({"$include": "https://example.com/canary.yaml"}, "expected a local file, not a URL"),
    ({"$include": "file:///canary.yaml"}, "expected a local file, not a URL"),
    ({"$include": "secret.txt"}, "$include requires a .yaml, .yml or .json file"),
    (
        {"$include": "broken.yaml"},
        "the file (relative to {folder}): is not valid YAML, or repeats a name",
    ),
    (
        {"$include": "data.yaml#name.a"},
        "the path after # does not lead through mappings in the included file",
    ),
    ({"$include": "self.yaml"}, "$include is nested in more than 10 files"),
    ({"$env": 3}, "$env must be the only name in its mapping and have a string as its value"),
    (
        {"$env": "NAME", "other": "x"},
        "$env must be the only name in its mapping and have a string as its value",
    ),
    ({"$file": "${MISSING}"}, "$file requires a string, but the variable MISSING is not set"),
]


@pytest.mark.parametrize(("directive", "expected"), WRONG, ids=str)
def test_an_invalid_directive_is_explained(shared: Path, directive: dict[str, Any], expected: str) -> None:
    Folder(shared).file("broken.yaml", "a: [canary")
    Folder(shared).file("self.yaml", "again: {$include: self.yaml}")
    substitution = Substitution(ENVIRON)
    substitution.whole({"here": directive}, Spot((), shared / "keydesk.yaml"))

    (path, text), *others = substitution.faults.items()
    assert path[0] == "here"
    assert text.startswith(expected.format(folder=shared))
    assert "canary" not in text
    assert not others


def test_an_absent_value_is_recorded_with_its_reason() -> None:
    substitution = Substitution(ENVIRON)
    content = {"a": [{"b": "${MISSING}"}], "c": {"$env": "GONE"}, "d": "${sk-canary}", "e": "${MISSING:-x}"}
    assert substitution.whole(content, Spot((), Path("x"))) == {"a": [{}], "e": "x"}
    assert substitution.absent == {
        ("a", 0, "b"): "the variable MISSING is not set",
        ("c",): "the variable GONE is not set",
        ("d",): "the variable is not set",
    }


def test_an_unset_variable_is_an_error_unless_its_fallback_is_empty(folder: Folder) -> None:
    content = """
        litellm:
          baseUrl: http://litellm:4000
          masterKey: sk
          userIdDomain: ${DOMAIN}
          provisioning: {defaults: {models: ['${MODEL}', gpt-4o]}}
        demo: {enabled: true}
    """
    with pytest.raises(SettingsError) as refused:
        folder.read(content)
    assert [fault.partition(";")[0] for fault in refused.value.faults] == [
        "litellm.userIdDomain: the variable DOMAIN is not set",
        "litellm.provisioning.defaults.models[0]: the variable MODEL is not set",
    ]
    optional = folder.read(content.replace("}'", ":-}'").replace("${DOMAIN}", "${DOMAIN:-}"))
    assert optional.settings.litellm.provisioning.defaults.models == ("gpt-4o",)
    assert optional.warnings == []
    later = folder.read(
        content, {"litellm": {"userIdDomain": "example.com"}}, environ={"MODEL": "claude-sonnet"}
    )
    assert later.warnings == []


def test_a_file_can_include_another_as_a_whole(folder: Folder) -> None:
    folder.file(
        "shared/all.yaml",
        "litellm: {baseUrl: 'http://litellm', masterKey: {$file: key}}\ndemo: {enabled: yes}",
    )
    folder.file("shared/key", "sk-shared\n")
    assert (
        folder.settings({"$include": "shared/all.yaml"}).litellm.master_key.get_secret_value() == "sk-shared"
    )


def test_the_environment_of_the_process_is_the_default(folder: Folder) -> None:
    name, value = next(
        (name, value) for name, value in os.environ.items() if name.isidentifier() and value.strip()
    )
    del folder
    assert Substitution(os.environ).whole(f"${{{name}}}", Spot((), Path("x"))) == value.strip()


anything = st.text(max_size=20)
literal = st.text(st.characters(blacklist_characters="${}", codec="utf-8"), max_size=10)
names = st.text(string.ascii_uppercase + "_", min_size=1, max_size=8)


@given(
    st.lists(
        st.tuples(st.sampled_from(["literal", "set", "fallback", "escaped"]), literal, names, anything),
        max_size=6,
    )
)
def test_every_part_of_a_string_is_replaced_once(
    pieces: list[tuple[str, str, str, str]],
) -> None:
    environ: dict[str, str] = {}
    text, expected = "", ""
    for kind, word, name, value in pieces:
        if kind == "set":
            value_set = environ.setdefault(name, value)
            text, expected = text + f"${{{name}}}", expected + value_set.strip()
        elif kind == "fallback":
            fallback = word.strip() or "x"
            text, expected = text + f"${{unset_{name}:-{fallback}}}", expected + fallback
        elif kind == "escaped":
            text, expected = text + f"$${{{word}}}", expected + f"${{{word}}}"
        else:
            text, expected = text + word, expected + word
    assert Substitution(environ).whole(text, Spot((), Path("x"))) == expected


plain_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | literal
plain_trees = st.recursive(
    plain_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(literal, inner, max_size=3),
    max_leaves=15,
)


@given(plain_trees)
def test_a_value_without_variables_and_directives_is_unchanged(tree: Any) -> None:
    substitution = Substitution({})
    assert substitution.whole(tree, Spot((), Path("x"))) == tree
    assert not substitution.absent
    assert not substitution.faults
