"""Checks the rules for workloads: their teams, fixed key sets, and rules that every branch of a repository matches."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from keydesk.auth.key_sources import SourceFailed, keys_at
from keydesk.container.resources import Resources
from keydesk.doctor.answers import Endpoint
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.kit.clock import utc_now
from keydesk.litellm import LiteLLM, LiteLLMError
from keydesk.settings import Metrics, Settings, Tracing, WorkloadRule

_CHECK = "workloads"
_TIMEOUT_SECONDS = 5.0
_OF_REPOSITORIES = {
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "project_path",
    "project_id",
}
_NARROWING = {"ref", "sub", "environment", "job_workflow_ref", "workflow_ref", "ref_protected"}
"""Claims of GitHub and GitLab that tell the branches and pull requests of one repository apart."""


async def check_workloads(resources: Resources) -> AsyncIterator[Finding]:
    """Yield findings about the rules. `check_providers` checks the discovery of their issuers."""
    rules = resources.settings.workloads
    if not rules:
        return
    found = [*_open_rules(rules)]
    try:
        found += [_unknown(text) for text in await unknown_teams(resources.gateway, rules)]
    except LiteLLMError as error:
        found.append(skipped(_CHECK, f"the teams could not be read ({type(error).__name__})"))
    for index, rule in enumerate(rules):
        if rule.jwks_uri is not None and rule.jwks_uri not in [each.jwks_uri for each in rules[:index]]:
            yield await _key_set(resources, index, rule, rule.jwks_uri)
    for finding in found or [ok(_CHECK, f"{len(rules)} rules")]:
        yield finding


def _unknown(text: str) -> Finding:
    return warning(_CHECK, text, "Set `team` to the id of a team in LiteLLM, or create the team.")


def _open_rules(rules: Sequence[WorkloadRule]) -> Iterator[Finding]:
    for index, rule in enumerate(rules):
        if not _OF_REPOSITORIES.isdisjoint(rule.claims) and _NARROWING.isdisjoint(rule.claims):
            yield warning(
                _CHECK,
                f"workloads[{index}]: all branches and pull requests of the repository match the rule {rule.name}",
                "Add a claim such as `ref`, or `environment` with protection rules.",
            )


async def _key_set(resources: Resources, index: int, rule: WorkloadRule, address: str) -> Finding:
    keys = Endpoint(f"keys of {rule.issuer}", address, f"workloads[{index}].jwksUri")
    try:
        found = await keys_at(resources.http_client, address, rule.algorithms)()
    except SourceFailed as failure:
        return failed(keys.check, f"cannot be used: {failure}", f"Correct {keys.setting}. {keys.try_it}")
    return ok(keys.check, f"{len(found)} valid")


async def unknown_teams(gateway: LiteLLM, rules: Sequence[WorkloadRule]) -> list[str]:
    """Return a sentence for each rule whose team LiteLLM does not have. Raises LiteLLMError."""
    known = {team_id: await gateway.teams.get(team_id) for team_id in {rule.team for rule in rules}}
    return [
        f"workloads[{index}].team: LiteLLM has no team with this id"
        for index, rule in enumerate(rules)
        if known[rule.team] is None
    ]


async def unknown_teams_of(settings: Settings) -> list[str]:
    """Return `unknown_teams` of a configuration, or nothing while LiteLLM cannot be reached."""
    silent = {"metrics": Metrics(), "tracing": Tracing()}
    resources = Resources(settings.model_copy(update=silent), utc_now)
    async with resources.closing:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                return await unknown_teams(resources.gateway, settings.workloads)
        except (LiteLLMError, TimeoutError):
            return []
