"""Users and groups as in Backstage's catalog. Names may have a namespace: `other/bob`."""

from collections.abc import Iterable, Mapping
from typing import Any


def full(kind: str, name: str) -> str:
    """Return the full reference: `user:default/bob` for `bob`."""
    return f"{kind}:{name}" if "/" in name else f"{kind}:default/{name}"


def user_entity(name: str, groups: Iterable[str], profile: Mapping[str, str]) -> dict[str, Any]:
    relations = [{"type": "memberOf", "targetRef": full("group", group)} for group in groups]
    return {"kind": "User", **_named(name), "spec": {"profile": dict(profile)}, "relations": relations}


def group_entity(name: str, parents: Iterable[str]) -> dict[str, Any]:
    relations = [{"type": "childOf", "targetRef": full("group", parent)} for parent in parents]
    return {"kind": "Group", **_named(name), "spec": {"type": "team"}, "relations": relations}


def _named(name: str) -> dict[str, Any]:
    namespace, _, plain = name.rpartition("/")
    return {"metadata": {"namespace": namespace or "default", "name": plain}}
