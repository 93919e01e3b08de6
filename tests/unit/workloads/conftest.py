"""GitHub's issuer as a stand-in, and a rule for the main branch of one repository."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys
from keydesk.settings import WorkloadRule
from keydesk.workloads.tokens import WorkloadTokens
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import SigningKey, ec_key, published, rsa_key, signed

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "https://keys.example.com"
KEYS = f"{ISSUER}/.well-known/jwks"
CLAIMS: dict[str, Any] = {
    "sub": "repo:acme/shop:ref:refs/heads/main",
    "aud": AUDIENCE,
    "jti": "a1b2",
    "repository": "acme/shop",
    "repository_owner": "acme",
    "ref": "refs/heads/main",
    "environment": "production",
    "run_id": "4711",
    "run_attempt": "2",
}
RULE = WorkloadRule(
    name="shop",
    issuer=ISSUER,
    audience=AUDIENCE,
    claims={"repository": "acme/shop", "ref": "refs/heads/main"},
    team="team-1",
    max_budget=2.0,
)


def rule(**changes: Any) -> WorkloadRule:
    return WorkloadRule.model_validate(RULE.model_dump() | changes)


@cache
def key_of_github() -> RSAKey:
    return rsa_key("github-1")


@cache
def another_key() -> RSAKey:
    return rsa_key("github-1")


@cache
def elliptic_key() -> ECKey:
    return ec_key("github-2")


OMITTED = object()
"""Stands for a claim or a member of the header that a token does not have."""


@dataclass(frozen=True)
class GitHub:
    """Publishes two keys. `peers` records which URLs are fetched."""

    peers: Peers
    clock: StillClock

    def token(self, header: Any = None, key: SigningKey | None = None, **claims: Any) -> str:
        """Return the token of a job on the main branch, signed with RS256 whatever the header says."""
        return self.signed(json.dumps(self.claims(**claims)).encode(), header, key)

    def signed(self, content: bytes, header: Any = None, key: SigningKey | None = None) -> str:
        """Return a token with any content."""
        key = key or key_of_github()
        members = {"typ": "JWT", "alg": "RS256", "kid": key.kid, "x5t": "eA"} | (header or {})
        return signed(key, _kept(members), content, "RS256")

    def claims(self, **claims: Any) -> dict[str, Any]:
        now = self.clock.timestamp
        return _kept({"iss": ISSUER, "iat": now, "nbf": now - 60, "exp": now + 300} | CLAIMS | claims)

    def tokens(self, *rules: WorkloadRule) -> WorkloadTokens:
        cache = KeyCache(
            discovered_keys(self.peers.http_client(), ISSUER, {"RS256", "PS256", "ES256"}), self.clock
        )
        return WorkloadTokens(rules or (RULE,), {ISSUER: cache}, self.clock)


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not OMITTED}


@pytest.fixture
def github() -> GitHub:
    peers = Peers()
    peers.publish(f"{ISSUER}/.well-known/openid-configuration", {"issuer": ISSUER, "jwks_uri": KEYS})
    peers.publish(KEYS, published(key_of_github(), elliptic_key()))
    return GitHub(peers, StillClock())
