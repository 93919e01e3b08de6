"""The `workloads` section: which jobs and services get a short-lived key of a team for a token of their platform."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from keydesk.kit.durations import length_of
from keydesk.kit.field_types import Duration, Identifier, PositiveUsd, RateLimit
from keydesk.settings.gateway import Gateway
from keydesk.settings.identity import Algorithms, Leeway
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.service import Loopback
from keydesk.settings.values import Address, Count, matching

RuleName = Annotated[
    str, matching(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "up to 40 lower-case letters, digits and -")
]
ClaimName = Annotated[str, matching(r"[A-Za-z0-9_.:/-]{1,100}", "the name of a claim, such as repository")]
ClaimValue = Annotated[
    str,
    matching(
        r"(?!.*\*\*)(?!.*\*[^/:*]*\*[^/:*]*\*)[ -~]{1,255}",
        "up to 255 printable ASCII characters, without ** and with at most two * between separators",
    ),
]
"""More stars in one part would take long to match."""


def _one_or_several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


ClaimValues = Annotated[
    tuple[ClaimValue, ...],
    BeforeValidator(_one_or_several, json_schema_input_type=str | tuple[str, ...]),
    Field(min_length=1),
]
"""One value, or a list of alternatives. `*` stands for one or more characters other than `/` and `:`."""
_LONGEST, _SHORTEST = timedelta(hours=24), timedelta(minutes=1)
_OWNERS: Mapping[str, tuple[str, ...]] = {
    "https://token.actions.githubusercontent.com": (
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "sub",
    ),
    "https://gitlab.com": ("project_path", "project_id", "namespace_path", "namespace_id", "sub"),
    "https://agent.buildkite.com": ("organization_slug", "organization_id"),
    "https://app.terraform.io": ("terraform_organization_name", "terraform_organization_id"),
}
"""The claims that name the owner of a job, by issuers that everybody in the world can get tokens of."""


class WorkloadRule(Section):
    """Which tokens of one issuer are exchanged for a key, and what the key can do."""

    name: RuleName
    """The name of the rule. It is part of the names of its keys."""
    issuer: Annotated[Address, Field(max_length=255)]
    """The issuer, such as `https://token.actions.githubusercontent.com`. It must match the claim `iss` exactly."""
    jwks_uri: Address | None = None
    """The URL of the issuer's keys, such as for a Kubernetes cluster whose issuer is not reachable. By default, Keydesk
    reads it from the issuer's discovery document."""
    audience: Annotated[Identifier, matching(r"[!-~]+", "printable ASCII characters, without spaces")]
    """The claim `aud`, such as the address of Keydesk. A token with other audiences, too, is refused."""
    claims: Annotated[dict[ClaimName, ClaimValues], Field(min_length=1)]
    """The claims that a token must have, each with one value or a list of alternatives. In a value, `*` stands for one
    or more characters other than `/` and `:`. Claims that are not strings never match."""
    team: Identifier
    """The LiteLLM id of the team that owns the keys."""
    models: tuple[Identifier, ...] = ()
    """The models, access groups and wildcards of a key, as far as the team has them. By default, all models of the
    team."""
    max_budget: PositiveUsd
    """The budget of one key in USD."""
    rpm_limit: RateLimit | None = None
    """The requests per minute of one key."""
    tpm_limit: RateLimit | None = None
    """The tokens per minute of one key."""
    lifetime: Duration = "1h"
    """The lifetime of a key, from one minute to 24 hours. Keydesk deletes expired keys."""
    max_live_keys: Count = 50
    """The number of keys of this rule that can exist at the same time."""
    max_live_keys_per_subject: Count = 10
    """The number of keys for one subject (claim `sub`) that can exist at the same time."""
    algorithms: Algorithms = ("RS256", "PS256", "ES256")
    """Accepted signature algorithms."""
    leeway_seconds: Leeway = 20
    """Accepted clock difference in seconds."""

    @rule
    def _is_short_lived(self) -> Faults:
        if not _SHORTEST <= length_of(self.lifetime) <= _LONGEST:
            yield ("lifetime",), "must be between 1m and 24h"

    @rule
    def _is_fetched_securely(self) -> Faults:
        for name, address in (("issuer", self.issuer), ("jwksUri", self.jwks_uri)):
            if address and not is_secure(address):
                yield (name,), "must be an https URL"

    @rule
    def _names_the_owner(self) -> Faults:
        names = _OWNERS.get(self.issuer.rstrip("/").lower(), ())
        if names and not any(_is_owner(name, self.claims.get(name, ())) for name in names):
            yield (
                ("claims",),
                f"must name the owner without * in one of {', '.join(names)}: all users get tokens",
            )

    @property
    def conditions(self) -> tuple[object, ...]:
        """Return what decides whether a token matches."""
        return (
            self.issuer,
            self.audience,
            frozenset((name, frozenset(of)) for name, of in self.claims.items()),
        )

    @property
    def lifetime_seconds(self) -> int:
        return int(length_of(self.lifetime).total_seconds())


def is_secure(address: str) -> bool:
    """Return whether nobody on the network can change what is fetched."""
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in Loopback


def _is_owner(name: str, values: tuple[str, ...]) -> bool:
    """Return whether each value names an organization, a group or a project, up to its first slash.

    The text before the name of the owner in `sub` is fixed: `repo:` or `project_path:`.
    """
    owners = [value.partition("/")[0] for value in values]
    if name == "sub":
        owners = [re.sub(r"^(repo|project_path):(?=.)", "", owner) for owner in owners]
        return bool(owners) and all(
            "/" in value and "*" not in owner and ":" not in owner
            for owner, value in zip(owners, values, strict=True)
        )
    return bool(owners) and all(owner and "*" not in owner for owner in owners)


def contradictions(rules: tuple[WorkloadRule, ...]) -> Iterator[tuple[int, str, str]]:
    """Yield each rule that does not go with an earlier one, as its index, the setting, and what is expected."""
    for index, each in enumerate(rules):
        for earlier in rules[:index]:
            if each.name == earlier.name:
                yield index, "name", "must differ from the names of earlier rules"
            if each.conditions == earlier.conditions:
                yield index, "claims", f"must differ from the rule {earlier.name}, which applies first"
            if each.issuer == earlier.issuer and each.jwks_uri != earlier.jwks_uri:
                yield index, "jwksUri", f"must be the same as in the rule {earlier.name} for this issuer"


def beyond_policy(rules: tuple[WorkloadRule, ...], litellm: Gateway) -> Iterator[tuple[int, str, str]]:
    """Yield each rule whose keys the policy for keys of teams refuses, like `contradictions`."""
    lifetimes = litellm.key_lifetimes.combined(litellm.key_lifetimes.team_keys)
    largest = litellm.key_generation.largest_budget
    for index, each in enumerate(rules):
        if not lifetimes.allows(each.lifetime):
            yield index, "lifetime", f"must be at most litellm.keyLifetimes.longest ({lifetimes.longest})"
        if each.max_budget > largest:
            yield index, "maxBudget", f"must be at most litellm.keyGeneration.largestBudget ({largest:g})"
