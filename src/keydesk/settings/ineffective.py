"""Finds settings that have no effect, or that contradict each other without being wrong. Keydesk warns about them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from keydesk.kit.permission import Permission
from keydesk.settings.alerts import Alerts
from keydesk.settings.allowances import RoleAllowance
from keydesk.settings.lifetimes import RoleLifetimes
from keydesk.settings.provisioning import ProvisioningRole
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
    sections: dict[str, Sequence[ProvisioningRole | RoleLifetimes | RoleAllowance]] = {
        "provisioning": settings.litellm.provisioning.roles,
        "keyLifetimes": settings.litellm.key_lifetimes.roles,
        "keyAllowances": settings.litellm.key_allowances.roles,
    }
    for name, index, role in ((name, *each) for name, roles in sections.items() for each in enumerate(roles)):
        if (name, role.group) in seen:
            yield f"litellm.{name}.roles[{index}].group: never applies, because an earlier role has this group"
        seen.add((name, role.group))


def _lifetimes(settings: Settings) -> Iterator[str]:
    rules, opencode = settings.litellm.key_lifetimes, settings.litellm.opencode
    if "key_duration" in opencode.model_fields_set and not rules.allows(opencode.key_duration):
        yield "litellm.opencode.keyDuration: is longer than litellm.keyLifetimes.longest, which applies"
    if "grace" in rules.model_fields_set and not any(
        each.restricts_existing_keys for each in rules.all_rules
    ):
        yield "litellm.keyLifetimes.grace: has no effect without longest, allowUnlimited, rotateEvery or blockIdleAfter"


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


def _key_admins(settings: Settings) -> Iterator[str]:
    audit = settings.litellm.audit
    if audit.key_admin_group and not audit.group:
        yield "litellm.audit.keyAdminGroup: has no effect without litellm.audit.group"


def _sessions(settings: Settings) -> Iterator[str]:
    sessions = settings.portal.sessions
    if sessions.idle_minutes > sessions.absolute_hours * 60:
        yield "portal.sessions.idleMinutes: has no effect, because sessions end after absoluteHours"


def _machines(settings: Settings) -> Iterator[str]:
    path = "portal.machines.confirmationUrl"
    if settings.portal.machines.confirmation_url is None:
        return
    if not settings.portal.machines.enabled:
        yield f"{path}: has no effect, because portal.machines.enabled is false"
    elif settings.permissions.backstage and not settings.grants.get(Permission.KEY_CREATE):
        yield (
            f"{path}: machines cannot create keys until grants has groups with {Permission.KEY_CREATE}, "
            "because Backstage decides about its own tokens only"
        )


def _alerts(settings: Settings) -> Iterator[str]:
    if settings.alerts != Alerts() and settings.alerts.enabled and not settings.notices.has_channels:
        yield "alerts: has no effect without a channel in notices"


_CHECKS: tuple[Callable[[Settings], Iterator[str]], ...] = (
    _team_admins,
    _ceiling,
    _objects,
    _roles,
    _lifetimes,
    _hidden_budgets,
    _spend_reset,
    _key_admins,
    _sessions,
    _machines,
    _alerts,
)
