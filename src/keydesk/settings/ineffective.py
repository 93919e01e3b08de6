"""Finds settings that have no effect, or that contradict each other without being wrong. Keydesk warns about them."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from keydesk.settings.root import Settings
from keydesk.settings.teams import TeamAdmin

_RESET = "litellm.key.reset_spend"


def ineffective_settings(settings: Settings) -> Iterator[str]:
    """Yield a warning for each of these settings. A check that needs an invalid setting is skipped."""
    for check in _CHECKS:
        with suppress(AttributeError):
            yield from check(settings)


def _team_admins(settings: Settings) -> Iterator[str]:
    rules = settings.litellm.team_admin
    if rules != TeamAdmin() and not rules.group:
        yield "litellm.teamAdmin: has no effect without litellm.teamAdmin.group"


def _ceiling(settings: Settings) -> Iterator[str]:
    rules = settings.litellm.team_admin
    if rules.max_budget_ceiling > rules.largest_budget and "max_budget_ceiling" in rules.model_fields_set:
        yield "litellm.teamAdmin.maxBudgetCeiling: is larger than litellm.teamAdmin.largestBudget, which applies"


def _objects(settings: Settings) -> Iterator[str]:
    rules = settings.litellm.team_admin
    path = "litellm.teamAdmin.objectPermissions.enabled"
    listed = bool(rules.allowed_vector_stores or rules.allowed_mcp_servers or rules.allowed_mcp_access_groups)
    if listed and not rules.object_permissions.enabled:
        yield f"{path}: is false, so allowedVectorStores, allowedMcpServers and allowedMcpAccessGroups have no effect"
    if rules.object_permissions.enabled and not listed:
        yield f"{path}: has no effect without allowedVectorStores, allowedMcpServers or allowedMcpAccessGroups"


def _roles(settings: Settings) -> Iterator[str]:
    seen = set()
    for index, role in enumerate(settings.litellm.provisioning.roles):
        if role.group in seen:
            yield f"litellm.provisioning.roles[{index}].group: never applies, because an earlier role has this group"
        seen.add(role.group)


def _hidden_budgets(settings: Settings) -> Iterator[str]:
    display = settings.litellm.display
    if display.hide_team_budget_for_managers and not display.hide_team_budget_for_members:
        yield (
            "litellm.display.hideTeamBudgetForManagers: hides from team admins what members see; "
            "set hideTeamBudgetForMembers, too"
        )


def _spend_reset(settings: Settings) -> Iterator[str]:
    group = settings.litellm.key_generation.reset_spend_group
    if group and not settings.permissions.backstage and not settings.grants.get(_RESET):
        yield f"litellm.keyGeneration.resetSpendGroup: has no effect until grants has groups with {_RESET}"


def _sessions(settings: Settings) -> Iterator[str]:
    sessions = settings.portal.sessions
    if sessions.idle_minutes > sessions.absolute_hours * 60:
        yield "portal.sessions.idleMinutes: has no effect, because sessions end after absoluteHours"


_CHECKS: tuple[Callable[[Settings], Iterator[str]], ...] = (
    _team_admins,
    _ceiling,
    _objects,
    _roles,
    _hidden_budgets,
    _spend_reset,
    _sessions,
)
