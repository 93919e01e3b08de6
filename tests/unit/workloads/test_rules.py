"""Which rule accepts a token, and what its key is called."""

import time
from typing import Any

import pytest

from keydesk.workloads.policy import key_alias, mismatches, rule_for, run_of
from tests.unit.workloads.conftest import CLAIMS, rule

MATCHES = [
    ("acme/*", "acme/shop"),
    ("acme/shop-*", "acme/shop-2"),
    ("*/shop", "acme/shop"),
    ("repo:acme/*:environment:production", "repo:acme/shop:environment:production"),
    ("refs/heads/release-*", "refs/heads/release-1.2"),
    ("refs/*/main", "refs/heads/main"),
    ("Production EU", "Production EU"),
]
OTHERS = [
    ("acme/*", "acme/"),
    ("acme/*", "acme/shop/fork"),
    ("acme/*", "acme/shop:x"),
    ("acme/*", "evil-acme/shop"),
    ("acme/*", "acmeshop"),
    ("acme/shop-*", "acme/shop-"),
    ("*", "acme/shop"),
    ("repo:acme/*:ref:refs/heads/main", "repo:acme/shop:environment:x:ref:refs/heads/main"),
    ("repo:acme/*", "repo:acme/shop:pull_request"),
    ("refs/heads/release-*", "refs/heads/release-1/hotfix"),
    ("acme.*", "acmex"),
    ("acme/[a-z]*", "acme/shop"),
    ("acme/shop|evil/shop", "evil/shop"),
    ("acme/?hop", "acme/shop"),
    ("acme/*", "acme/sho\np"),
    ("acme/*", "acme/sh\u043ep"),
    ("acme/shop", "acme/shop\n"),
]


def claims_with(**said: Any) -> dict[str, Any]:
    return CLAIMS | said


@pytest.mark.parametrize(("pattern", "value"), MATCHES)
def test_a_star_stands_for_a_part(pattern: str, value: str) -> None:
    assert (
        mismatches({"claim": value}, rule(issuer="https://ci.example.com", claims={"claim": pattern})) == []
    )


@pytest.mark.parametrize(("pattern", "value"), OTHERS)
def test_a_star_does_not_go_beyond_its_part(pattern: str, value: str) -> None:
    found = mismatches({"claim": value}, rule(issuer="https://ci.example.com", claims={"claim": pattern}))
    assert found == ["claim"]


def test_all_claims_and_one_of_their_values_must_match() -> None:
    both = rule(claims={"repository": ["acme/shop", "acme/till"], "environment": "production"})
    assert rule_for(claims_with(repository="acme/till"), [both]) is both
    assert rule_for(claims_with(environment="staging"), [both]) is None
    assert mismatches(claims_with(repository="x", environment="y"), both) == ["repository", "environment"]


def test_a_long_value_is_refused_before_it_takes_time() -> None:
    pattern = rule(issuer="https://ci.example.com", claims={"claim": "a*b*c"})
    started = time.perf_counter()
    assert mismatches({"claim": "a" + "ab" * 249}, pattern) == ["claim"]
    assert mismatches({"claim": "ab" * 8000}, pattern) == ["claim"]
    assert time.perf_counter() - started < 1


def test_the_first_rule_applies() -> None:
    narrow, wide = rule(name="narrow"), rule(name="wide", claims={"repository": "acme/*"})
    assert rule_for(CLAIMS, [narrow, wide]) is narrow
    assert rule_for(claims_with(ref="refs/heads/dev"), [narrow, wide]) is wide


@pytest.mark.parametrize(
    ("claims", "run"),
    [
        ({"run_id": "4711", "run_attempt": "2"}, "4711-2"),
        ({"job_id": "12"}, "12"),
        ({"kubernetes.io": {"pod": {"name": "reports-5d9"}}}, "reports-5d9"),
        ({"run_id": 4711}, ""),
        ({"kubernetes.io": ["pod"]}, ""),
        ({"job_id": "1/../2\n\u202e" + "x" * 100}, "1-..-2-" + "x" * 33),
        ({}, ""),
    ],
)
def test_a_key_is_named_after_its_run(claims: dict[str, Any], run: str) -> None:
    assert run_of(claims) == run
    assert key_alias("shop", run, "3f9a") == f"ci-shop-{run}-3f9a".replace("--", "-")
