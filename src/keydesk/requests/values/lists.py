"""A list of models that is longer for a time, and what remains of it. Pure.

LiteLLM reads an empty list as every model. Therefore a grant never makes a list empty.
"""

from collections.abc import Sequence

from keydesk.models.policy import EVERY_MODEL, SPECIAL_WORDS


def without(base: Sequence[str], given: Sequence[str], current: Sequence[str]) -> list[str]:
    """Return what remains of the current list without the names that were given.

    If nobody has changed the list, this is exactly the list from before. That list also comes back if no other name is
    left.
    """
    if allows_everything(current):
        return list(current)
    rest = [name for name in current if name not in given or name in base]
    is_unchanged = not rest or set(rest) == set(_plain(base))
    return list(base) if is_unchanged else rest


def on_top_of(_base: Sequence[str], given: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the list with the grant for another base, such as after a change of the configuration."""
    return added_to(other, given)


def added_to(base: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the list with more names. A list that allows every model stays as it is.

    LiteLLM refuses all models of a list with `no-default-models`, so that such words are left out.
    """
    if allows_everything(base):
        return list(base)
    return list(dict.fromkeys([*_plain(base), *names]))


def union(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the names of both lists."""
    return list(dict.fromkeys([*one, *other]))


def allows_everything(names: Sequence[str]) -> bool:
    """Return whether LiteLLM reads the list as every model."""
    return not names or not EVERY_MODEL.isdisjoint(names)


def _plain(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in SPECIAL_WORDS]
