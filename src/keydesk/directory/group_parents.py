"""Membership of a group is membership of its parents. Pure; where the parents come from is up to each directory."""

from collections.abc import Iterable, Mapping


def with_parents(groups: Iterable[str], parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The groups and all that stand above them. `parents` maps a group to its direct parents; circles end."""
    found = set(groups)
    unvisited = list(found)
    while unvisited:
        above = set(parents.get(unvisited.pop(), ())) - found
        found |= above
        unvisited.extend(above)
    return frozenset(found)
