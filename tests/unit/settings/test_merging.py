"""Files are merged as Backstage does it: mappings by name, everything else as a whole."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.settings.sources.layers import Layer, Mark, layer_of, merged
from tests.unit.settings.writing import DEMO, LITELLM, Folder

REMOVED = Mark.REMOVED

CASES: dict[str, tuple[Sequence[dict[str, Any]], dict[str, Any]]] = {
    "nothing": ([], {}),
    "one": ([{"a": 1}], {"a": 1}),
    "the later one wins": ([{"a": 1}, {"a": 2}], {"a": 2}),
    "mappings are merged": ([{"a": {"x": 1, "y": 1}}, {"a": {"y": 2}}], {"a": {"x": 1, "y": 2}}),
    "at any depth": ([{"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}}], {"a": {"b": {"c": 1, "d": 2}}}),
    "lists are replaced": ([{"a": [1, 2]}, {"a": [3]}], {"a": [3]}),
    "also by empty ones": ([{"a": [1, 2]}, {"a": []}], {"a": []}),
    "an empty mapping changes nothing": ([{"a": {"x": 1}}, {"a": {}}], {"a": {"x": 1}}),
    "a text replaces a mapping": ([{"a": {"x": 1}}, {"a": "text"}], {"a": "text"}),
    "a mapping replaces a text": ([{"a": "text"}, {"a": {"x": 1}}], {"a": {"x": 1}}),
    "null is a value of our own files": ([{"a": 1}, {"a": None}], {"a": None}),
    "null of an app-config takes away": ([{"a": 1, "b": 2}, {"a": REMOVED}], {"b": 2}),
    "a later file can bring it back": ([{"a": {"x": 1}}, {"a": REMOVED}, {"a": {"y": 2}}], {"a": {"y": 2}}),
    "null inside a mapping": ([{"a": {"x": 1, "y": 2}}, {"a": {"x": REMOVED}}], {"a": {"y": 2}}),
    "null of nothing": ([{"a": {"x": REMOVED}}], {"a": {}}),
}


@pytest.mark.parametrize(("trees", "expected"), CASES.values(), ids=CASES)
def test_trees_are_merged(trees: Sequence[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert merged([Layer(str(index), tree) for index, tree in enumerate(trees)]) == expected


values = st.recursive(
    st.integers() | st.none() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
trees = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(tree, dict) or not tree:
        return {path: tree}
    return {
        leaf: value for name, inner in tree.items() for leaf, value in leaves(inner, (*path, name)).items()
    }


@given(st.lists(trees, min_size=1, max_size=4))
def test_the_result_has_the_values_of_the_last_file_and_no_others(contents: list[Any]) -> None:
    result = leaves(merged([Layer("file", content) for content in contents]))
    last = {path: value for path, value in leaves(contents[-1]).items() if value != {}}
    assert {path: result.get(path) for path in last} == last

    said = [leaf for content in contents for leaf in leaves(content).items()]
    assert all(leaf in said or leaf == ((), {}) for leaf in result.items())


@given(st.lists(trees, max_size=3))
def test_every_value_comes_from_the_layer_that_is_reported(contents: list[Any]) -> None:
    layers = [Layer(str(index), content) for index, content in enumerate(contents)]
    for name, value in merged(layers).items():
        layer = layer_of((name,), layers)
        assert layer is not None
        if not isinstance(value, dict):
            assert layer.tree[name] == value


def test_a_value_in_a_list_has_the_source_of_the_list() -> None:
    layers = [Layer("low", {"a": [{"x": 1}]}), Layer("high", {"b": 1})]
    assert layer_of(("a", 0, "x"), layers) is layers[0]
    assert layer_of(("c",), layers) is None


def test_a_value_removed_by_an_app_config_has_no_source() -> None:
    layers = [Layer("low", {"a": {"x": 1}}), Layer("high", {"a": REMOVED})]
    assert layer_of(("a", "x"), layers) is None


def test_null_keeps_the_default_unless_null_is_a_valid_value(folder: Folder) -> None:
    defaults = {"maxBudget": None, "budgetDuration": None, "models": None, "userRole": None, "metadata": None}
    litellm = {**LITELLM, "provisioning": {"defaults": defaults, "roles": None}, "display": None}
    found = folder.settings({**DEMO, "litellm": litellm, "server": None}).litellm.provisioning.defaults
    assert found.max_budget is None
    assert found.budget_duration is None
    assert found.models == ()
    assert found.user_role == "internal_user"
    assert found.metadata == {}
