"""Makes the web client's part of the configuration out of the settings. It does not change while the service runs."""

from keydesk.config.models import ConfigView, DisplayView, KeyGenerationView, OpenCodeView, TeamManagementView
from keydesk.settings import Gateway, TeamAdmin


def client_config(settings: Gateway) -> ConfigView:
    """What of the settings the web client may know."""
    return ConfigView(
        base_url=settings.url_for_people,
        key_generation=KeyGenerationView(**settings.key_generation.model_dump()),
        display=DisplayView(**settings.display.model_dump()),
        team_management=_team_management(settings.team_admin),
        opencode=OpenCodeView(enabled=settings.opencode.enabled),
    )


def _team_management(rules: TeamAdmin) -> TeamManagementView:
    """It is on where there is a team-admin group; the settings make sure that somebody decides permissions then."""
    return TeamManagementView(
        enabled=bool(rules.group),
        max_budget_ceiling=rules.max_budget_ceiling,
        allow_unlimited_budget=rules.allow_unlimited_budget,
        object_permissions_enabled=rules.object_permissions.enabled,
    )
