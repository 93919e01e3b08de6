"""Changing one value leaves the rest of a file as it is, in each format."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.client.setup.formats.formats import FORMATS
from keydesk.client.setup.formats.tree import Unreadable, value_at
from keydesk.client.setup.plan import Change, Item, Location

JSON = FORMATS["jsonc"]
ENTRY = Item("name", "Keydesk")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("{}", '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("// only this\n", '// only this\n{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ('{"x": 1}', '{"x": 1, "a": {"b": 1}}'),
        ('{"x": 1, /* last */}', '{"x": 1, /* last */ "a": {"b": 1},}'),
        ('{\n\t"x": 1 // why\n}\n', '{\n\t"x": 1, // why\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'),
        ('{\n  "x": 1,\n  // last\n}', '{\n  "x": 1,\n  // last\n  "a": {\n    "b": 1\n  },\n}'),
        ('{ "a": {} }', '{ "a": {\n  "b": 1\n} }'),
        ('{"a": {"b": 2}, "a": {"b": 3}}', '{"a": {"b": 2}, "a": {"b": 1}}'),
        ('{"a": {"b": 1}} // same\n', '{"a": {"b": 1}} // same\n'),
        ('{\n  // "a": {"b": 2}\n  "url": "http://x"\n}', None),
    ],
)
def test_json(before: str, after: str | None) -> None:
    found = JSON.changed(before, Change(("a", "b"), 1))
    assert after in {None, found}
    assert value_at(JSON.parsed(found), ("a", "b")) == 1
    assert JSON.changed(found, Change(("a", "b"), 1)) == found


@pytest.mark.parametrize(
    ("text", "path", "rest"),
    [
        ('{"a": 1, "b": 2}', ("b",), '{"a": 1}'),
        ('{"a": 1, "b": 2}', ("a",), '{ "b": 2}'),
        ('{\n  "a": 1,\n  // of b\n  "b": 2\n}', ("b",), '{\n  "a": 1\n  // of b\n}'),
        ('{\n  "a": 1,\n  "b": 2,\n}', ("b",), '{\n  "a": 1,\n}'),
        ('[\n  {"name": "Keydesk"},\n  {}\n]', (ENTRY,), "[\n  {}\n]"),
    ],
)
def test_removing_from_json(text: str, path: Location, rest: str) -> None:
    assert JSON.without(text, path) == rest


@pytest.mark.parametrize(
    "text",
    ["{", "[1, 2", '{"a" 1}', '{"a": 1} x', "{'a': 1}", '{"a": tru}', '{"a": 1 "b": 2}', "{,}", "[" * 100_000, "/* "],
)  # fmt: skip
def test_json_that_is_broken(text: str) -> None:
    with pytest.raises(Unreadable):
        JSON.parsed(text)


@pytest.mark.parametrize(
    ("text", "path"), [('{"a": "text"}', ("a", "b")), ("[]", ("a",)), ("{}", (ENTRY, "b")), ("3", ("a",))]
)
def test_json_with_other_things_where_settings_belong(text: str, path: Location) -> None:
    with pytest.raises(Unreadable, match="where"):
        JSON.changed(text, Change(path, 1))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
INDENTS = st.sampled_from([None, 1, 2, "\t"])


@given(VALUES.filter(lambda value: isinstance(value, dict)), st.text(max_size=3), VALUES, INDENTS)
def test_any_member_of_json(content: dict[str, Any], name: str, value: Any, indent: Any) -> None:
    """The rest of the values stays, and taking the member back restores all of them."""

    text = json.dumps(content, indent=indent)
    changed = JSON.changed(text, Change((name,), value))
    assert JSON.parsed(changed) == content | {name: value}
    assert JSON.parsed(JSON.restored(changed, (name,), content)) == content


@pytest.mark.parametrize("text", ["{} // no", '{"a": 1,}', "[" * 100_000, "{"])
def test_json_for_tools_that_read_no_comments(text: str) -> None:
    with pytest.raises(Unreadable):
        FORMATS["json"].parsed(text)


@pytest.mark.parametrize("text", ["model = 1\n[model]\n", "a = 1\na = 2\n", "[x\n"])
def test_toml_that_is_broken(text: str) -> None:
    with pytest.raises(Unreadable, match="line"):
        FORMATS["toml"].parsed(text)


@pytest.mark.parametrize(
    "text", ["a: b: c\n", "- a\nb: 1\n", "a: 1\na: 2\n", "a: !!python/object:os.system {}\n"]
)
def test_yaml_that_is_broken(text: str) -> None:
    with pytest.raises(Unreadable):
        FORMATS["yaml"].parsed(text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "models:\n- name: Keydesk\n  a: 1\n"),
        ("# mine\n", "# mine\nmodels:\n- name: Keydesk\n  a: 1\n"),
        ("models: []\n", "models:\n- name: Keydesk\n  a: 1\n"),
        (
            "models:\n    - name: x  # why\n",
            "models:\n    - name: x  # why\n    - name: Keydesk\n      a: 1\n",
        ),
        ("key: 'quoted'\n", "key: 'quoted'\nmodels:\n- name: Keydesk\n  a: 1\n"),
    ],
)
def test_yaml(text: str, after: str) -> None:
    path = ("models", ENTRY, "a")
    yaml = FORMATS["yaml"]
    changed = yaml.changed(text, Change(path, 1))
    assert yaml.parsed(changed) == yaml.parsed(after)
    assert yaml.parsed(yaml.restored(changed, path, yaml.parsed(text))) == yaml.parsed(text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "KEY=new\n"),
        ("A=1", "A=1\nKEY=new\n"),
        ("# c\nexport KEY='old' # why\nB=2\n", "# c\nKEY=new\nB=2\n"),
    ],
)
def test_variables(text: str, after: str) -> None:
    assert FORMATS["env"].changed(text, Change(("KEY",), "new")) == after


@pytest.mark.parametrize(
    ("value", "line"), [("a b", '"a b"'), ("x#y", '"x#y"'), ("https://x/v1", "https://x/v1")]
)
def test_a_variable_is_quoted_where_needed(value: str, line: str) -> None:
    changed = FORMATS["env"].changed("", Change(("KEY",), value))
    assert changed == f"KEY={line}\n"
    assert FORMATS["env"].parsed(changed) == {"KEY": value}
