"""Decides which rule accepts the claims of a token, and names the keys. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from keydesk.auth.claims import Claims
from keydesk.settings import WorkloadRule

_ANY = "[^/:]+"
_LONGEST_RUN, _LONGEST_VALUE = 40, 500
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")


def sole_audience(claims: Claims) -> str | None:
    """Return the audience of a token for one audience only. Another recipient could use one for several."""
    value = claims.get("aud")
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    return value if isinstance(value, str) else None


def rule_for(claims: Claims, rules: Iterable[WorkloadRule]) -> WorkloadRule | None:
    """Return the first of the rules whose claims the token has."""
    return next((rule for rule in rules if not mismatches(claims, rule)), None)


def mismatches(claims: Claims, rule: WorkloadRule) -> list[str]:
    """Return the names of the claims of the rule that the token does not have."""
    return [name for name, values in rule.claims.items() if not _is_one_of(claims.get(name), values)]


def _is_one_of(value: Any, patterns: Iterable[str]) -> bool:
    is_text = isinstance(value, str) and len(value) <= _LONGEST_VALUE
    return (
        is_text
        and value.isascii()
        and value.isprintable()
        and any(_compiled(pattern).fullmatch(value) for pattern in patterns)
    )


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_ANY.join(map(re.escape, pattern.split("*"))))


def run_of(claims: Claims) -> str:
    """Return the name of the run in the tokens of GitHub, GitLab and Kubernetes, or an empty string."""
    cluster = claims.get("kubernetes.io")
    pod = cluster.get("pod") if isinstance(cluster, Mapping) else None
    found = (
        [claims.get("run_id"), claims.get("run_attempt")],
        [claims.get("job_id")],
        [pod.get("name") if isinstance(pod, Mapping) else None],
    )
    names = ("-".join(part for part in parts if isinstance(part, str)) for parts in found)
    return _UNUSUAL.sub("-", next(filter(None, names), ""))[:_LONGEST_RUN]


def key_alias(rule: str, run: str, suffix: str) -> str:
    """Return the name of a key, such as `ci-deploy-4711-1-3f9a2c`. `suffix` tells the keys of one run apart."""
    return "-".join(filter(None, ("ci", rule, run, suffix)))
