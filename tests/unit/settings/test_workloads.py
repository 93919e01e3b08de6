"""`workloads`: rules that would give keys to strangers, or to nobody, are refused at the path of a setting."""

from typing import Any

import pytest

from tests.unit.settings.writing import DEMO, LITELLM, Folder

GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
RULE: dict[str, Any] = {
    "name": "shop",
    "issuer": GITHUB,
    "audience": "https://keys.example.com",
    "claims": {"repository": "acme/shop", "ref": ["refs/heads/main", "refs/heads/release-*"]},
    "team": "team-1",
    "maxBudget": 2,
}
OWNER = "must name the owner without * in one of"


def problems(folder: Folder, *rules: dict[str, Any], **litellm: Any) -> list[str]:
    return folder.problems({**DEMO, "litellm": {**LITELLM, **litellm}, "workloads": list(rules)})


def test_a_rule_has_careful_defaults(folder: Folder) -> None:
    (rule,) = folder.settings({**DEMO, "workloads": [RULE]}).workloads
    assert (rule.lifetime_seconds, rule.max_live_keys, rule.max_live_keys_per_subject) == (3600, 50, 10)
    assert rule.algorithms == ("RS256", "PS256", "ES256")
    assert rule.claims["repository"] == ("acme/shop",)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"audience": ""}, "workloads[0].audience"),
        ({"audience": "two words"}, "printable ASCII characters, without spaces"),
        ({"claims": {}}, "workloads[0].claims"),
        ({"claims": {"repository": []}}, "workloads[0].claims.repository"),
        ({"claims": {"repository": "acme/**"}}, "without **"),
        ({"claims": {"repository": "acme/*-*-*"}}, "at most two * between separators"),
        ({"claims": {"repository": "acme/sh\u043ep"}}, "printable ASCII"),
        ({"claims": {"repository": 7}}, "workloads[0].claims.repository"),
        ({"lifetime": "25h"}, "workloads[0].lifetime: must be between 1m and 24h"),
        ({"lifetime": "59s"}, "workloads[0].lifetime: must be between 1m and 24h"),
        ({"maxBudget": 0}, "workloads[0].maxBudget"),
        ({"maxBudget": None}, "workloads[0].maxBudget"),
        ({"team": " "}, "workloads[0].team"),
        ({"name": "Shop 1"}, "lower-case letters, digits and -"),
        ({"issuer": "http://gitlab.example.com"}, "workloads[0].issuer: must be an https URL"),
        ({"issuer": "https://me:pw@gitlab.example.com"}, "workloads[0].issuer"),
        ({"jwksUri": "http://cluster.example.com/jwks"}, "workloads[0].jwksUri: must be an https URL"),
        ({"algorithms": ["HS256"]}, "workloads[0].algorithms"),
        ({"algorithms": ["none"]}, "workloads[0].algorithms"),
        ({"claims": {"ref": "refs/heads/main"}}, OWNER),
        ({"claims": {"repository": "*/shop"}}, OWNER),
        ({"claims": {"repository": ["acme/shop", "a*/shop"]}}, OWNER),
        ({"claims": {"repository_owner": "*"}}, OWNER),
        ({"claims": {"repository_owner_id": "1*"}}, OWNER),
        ({"claims": {"sub": "repo:*/shop:ref:refs/heads/main"}}, OWNER),
        ({"claims": {"sub": "repo:*:ref:refs/heads/main"}}, OWNER),
        ({"claims": {"sub": "*:acme/shop"}}, OWNER),
        ({"issuer": f"{GITHUB}/", "claims": {"ref": "refs/heads/main"}}, OWNER),
        ({"issuer": GITLAB, "claims": {"ref": "main"}}, OWNER),
        ({"issuer": GITLAB, "claims": {"project_path": "*/shop"}}, OWNER),
        ({"issuer": "https://agent.buildkite.com", "claims": {"build_branch": "main"}}, OWNER),
        ({"issuer": "https://app.terraform.io", "claims": {"sub": "organization:*"}}, OWNER),
    ],
)
def test_such_a_rule_is_refused(folder: Folder, changes: dict[str, Any], expected: str) -> None:
    assert expected in "\n".join(problems(folder, RULE | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"claims": {"repository": "acme/*"}},
        {"claims": {"repository_owner_id": "4711", "environment": "Production EU"}},
        {"claims": {"sub": "repo:acme/*:environment:production"}},
        {"claims": {"sub": "repo:acme@4711/shop@12:ref:refs/heads/main"}},
        {"issuer": GITLAB, "claims": {"namespace_path": "acme", "ref_protected": "true"}},
        {"issuer": GITLAB, "claims": {"sub": "project_path:acme/shop:ref_type:branch:ref:main"}},
        {"issuer": "https://agent.buildkite.com", "claims": {"organization_slug": "acme"}},
        {"issuer": "https://kubernetes.default.svc", "claims": {"sub": "system:serviceaccount:shop:*"}},
    ],
)
def test_such_a_rule_is_accepted(folder: Folder, changes: dict[str, Any]) -> None:
    assert folder.settings({**DEMO, "workloads": [RULE | changes]}).workloads


def test_rules_differ(folder: Folder) -> None:
    other = {"issuer": "https://kubernetes.example.com", "name": "pods"}
    found = problems(
        folder,
        RULE,
        RULE | {"claims": {"ref": "refs/heads/main", "repository": "acme/shop"}},
        RULE | {"name": "again"},
        RULE | other,
        RULE | other | {"name": "more", "audience": "x", "jwksUri": "https://kubernetes.example.com/keys"},
    )
    assert (
        found
        == [
            "workloads[1].name: must differ from the names of earlier rules",
            "workloads[2].claims: must differ from the rule shop, which applies first",
            "workloads[4].jwksUri: must be the same as in the rule pods for this issuer",
        ]
        or found
    )


def test_rules_keep_to_the_policy_for_keys(folder: Folder) -> None:
    lifetimes = {"longest": "90d", "teamKeys": {"longest": "30m"}}
    found = "\n".join(problems(folder, RULE, keyLifetimes=lifetimes, keyGeneration={"largestBudget": 1}))
    assert "workloads[0].lifetime: must be at most litellm.keyLifetimes.longest (30m)" in found
    assert "workloads[0].maxBudget: must be at most litellm.keyGeneration.largestBudget (1)" in found


def test_a_mapping_is_no_list_of_rules(folder: Folder) -> None:
    found = folder.problems({**DEMO, "workloads": RULE})
    assert [fault.partition(" (")[0] for fault in found] == ["workloads: expected a list, found a mapping"]
