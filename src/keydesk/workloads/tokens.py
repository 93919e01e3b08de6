"""Verifies the tokens that platforms issue to workloads: GitHub Actions, GitLab, Kubernetes, any OpenID Connect issuer.

Only the issuers of the rules are ever asked for keys. A token of another issuer, or for another audience, is refused
before any network call.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

import structlog

from keydesk.auth.claims import lifetime_end, text_claim
from keydesk.auth.jwks import KeyCache
from keydesk.auth.signature import check_signature, key_id
from keydesk.auth.signed_token import SignedToken, read_token
from keydesk.auth.used_tokens import OneTimeToken
from keydesk.keys.workload import Workload
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn, PolicyRefused
from keydesk.kit.quoting import quoted
from keydesk.settings import WorkloadRule
from keydesk.workloads.models import VerifiedWorkload
from keydesk.workloads.policy import mismatches, rule_for, run_of, sole_audience

_log = structlog.get_logger(__name__)
_NOT_VALID = message("This is not a valid token of a known issuer for this audience.")
_REFUSED_MEMBERS = frozenset({"cty", "enc", "zip"})
"""Header members of nested and encrypted tokens."""
_LONGEST = timedelta(hours=24)
"""The longest time that a token may be valid. Tokens of workloads are made for one run."""
_CLOCKS_APART = timedelta(minutes=1)
"""A token is accepted for the leeway after it expires, so it is stored at least that long."""


@dataclass(frozen=True, slots=True)
class WorkloadTokens:
    """`keys` are the public keys of each issuer of the rules."""

    rules: Sequence[WorkloadRule]
    keys: Mapping[str, KeyCache]
    clock: Clock

    async def verify(self, text: str) -> VerifiedWorkload:
        """Return the workload and the rule that accepts it.

        Raises NotSignedIn for a token that is not valid, PolicyRefused for a valid one that no rule accepts, and
        IdentityProviderUnavailable if its key may be newer than the cached ones.
        """
        token = read_token(text)
        if token is None or not _is_plain(token):
            raise NotSignedIn(_NOT_VALID)
        rules = self._rules_of(token)
        rule = rule_for(token.claims, rules)
        algorithms, issuer = (rule or rules[0]).algorithms, rules[0].issuer
        kid = key_id(token, algorithms)
        expires_at = self._end(token, (rule or rules[0]).leeway_seconds)
        subject = text_claim(token.claims, "sub")
        check_signature(token, await self.keys[issuer].find(kid), algorithms)
        if rule is None:
            _refuse(token, subject, rules)
        once = OneTimeToken(f"workload:{issuer}", _id_of(token), expires_at + _CLOCKS_APART)
        return VerifiedWorkload(Workload(rule.name, issuer, subject), rule, run_of(token.claims), once)

    def _rules_of(self, token: SignedToken) -> list[WorkloadRule]:
        """Return the rules for the token's issuer and audience. Raises NotSignedIn if there are none."""
        issuer, audience = token.claims.get("iss"), sole_audience(token.claims)
        found = [rule for rule in self.rules if rule.issuer == issuer and rule.audience == audience]
        if not found:
            raise NotSignedIn(_NOT_VALID)
        return found

    def _end(self, token: SignedToken, leeway_seconds: int) -> datetime:
        now = self.clock()
        expires_at = lifetime_end(token.claims, now, leeway_seconds)
        if expires_at > now + _LONGEST:
            raise NotSignedIn(message("This token is valid for more than 24 hours, which is too long."))
        return expires_at


def _is_plain(token: SignedToken) -> bool:
    """Return whether it is a signed JWT that its bearer may use, and no token for another purpose."""
    is_jwt = "typ" not in token.header or token.typ == "jwt"
    # A sender-constrained token (RFC 8705, RFC 9449) needs proof of possession, which Keydesk does not check.
    return is_jwt and _REFUSED_MEMBERS.isdisjoint(token.header) and "cnf" not in token.claims


def _id_of(token: SignedToken) -> str:
    """Return what is unique for each token: its `jti`, or a hash of what is signed. Signatures can be rewritten."""
    if "jti" in token.claims:
        return text_claim(token.claims, "jti")
    return hashlib.sha256(token.text.rpartition(".")[0].encode()).hexdigest()


def _refuse(token: SignedToken, subject: str, rules: Sequence[WorkloadRule]) -> NoReturn:
    unmatched = {rule.name: mismatches(token.claims, rule) for rule in rules}
    _log.warning("workload_refused", subject=subject, unmatched=unmatched)
    raise PolicyRefused(
        message(
            "No rule for workloads accepts this token, whose subject is %(subject)s.", subject=quoted(subject)
        ),
        hint=message("Ask the platform team. The log of Keydesk tells which claims do not match."),
    )
