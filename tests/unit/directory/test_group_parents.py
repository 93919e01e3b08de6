"""The ancestors of a group."""

import graphlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.directory.entry import with_parents

GROUPS = st.sampled_from([f"group:default/{letter}" for letter in "abcdefg"])
PARENTS = st.dictionaries(GROUPS, st.frozensets(GROUPS, max_size=3))


@given(st.frozensets(GROUPS), PARENTS)
def test_exactly_the_ancestors_are_found(groups: frozenset[str], parents: dict[str, frozenset[str]]) -> None:
    reachable = set(groups)
    for _ in range(7):
        reachable |= {above for ref in reachable for above in parents.get(ref, ())}
    assert with_parents(groups, parents) == reachable


def test_cycles_end() -> None:
    circle = {"a": ["b"], "b": ["c"], "c": ["a", "d"]}
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(circle).prepare()
    assert with_parents(["b"], circle) == {"a", "b", "c", "d"}
