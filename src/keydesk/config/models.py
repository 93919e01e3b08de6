"""The settings in `GET /config`. They do not change while the service runs."""

from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel

from keydesk.opencode.central import setup_command
from keydesk.settings import Gateway, KeyLifetimes, LifetimeRules, RoleLifetimes, TeamAdmin


class _Camel(BaseModel):
    model_config = {
        "alias_generator": to_camel,
        "validate_by_name": True,
        "serialize_by_alias": True,
        "frozen": True,
    }


class KeyGenerationView(_Camel):
    allow_unlimited_budget: bool
    team_required: bool


class LifetimesView(_Camel):
    """`default` is the lifetime of a key whose request contains none. Without it, such a key never expires."""

    longest: str | None
    default: str | None
    allow_unlimited: bool
    extend_expired: bool
    rotate_every: str | None
    block_idle_after: str | None
    grace: str

    @classmethod
    def of(cls, rules: LifetimeRules) -> "LifetimesView":
        shared = {name: getattr(rules, name) for name in cls.model_fields}
        return cls(**shared | {"default": rules.usual, "allow_unlimited": not rules.must_expire})


class KeyLifetimesView(_Camel):
    """The rules for the caller's keys without a team, and for those of a team."""

    personal_keys: LifetimesView
    team_keys: LifetimesView


class OpenCodeView(_Camel):
    """`setup_command` is what a person runs to use OpenCode. Null without `portal.baseUrl`, and in the demo."""

    enabled: bool = False
    setup_command: str | None = None


class TeamManagementView(_Camel):
    enabled: bool
    max_budget_ceiling: float
    allow_unlimited_budget: bool
    object_permissions_enabled: bool


class DisplayView(_Camel):
    hide_team_budget_for_members: bool
    hide_team_budget_for_managers: bool


class ConfigView(_Camel):
    """The settings for web clients. `base_url` is the URL of the gateway for people's tools."""

    base_url: str
    key_generation: KeyGenerationView
    key_lifetimes: KeyLifetimesView
    display: DisplayView
    team_management: TeamManagementView
    opencode: OpenCodeView = Field(default=OpenCodeView())


def client_config(
    settings: Gateway, role: RoleLifetimes | None = None, address: str | None = None
) -> ConfigView:
    """Return the settings that web clients may read, for members of the role. `address` is the portal's URL."""
    return ConfigView(
        base_url=settings.url_for_people,
        key_generation=KeyGenerationView(**settings.key_generation.model_dump()),
        key_lifetimes=_key_lifetimes(settings.key_lifetimes, role),
        display=DisplayView(**settings.display.model_dump()),
        team_management=_team_management(settings.team_admin),
        opencode=OpenCodeView(
            enabled=settings.opencode.enabled, setup_command=setup_command(address) if address else None
        ),
    )


def _key_lifetimes(settings: KeyLifetimes, role: RoleLifetimes | None) -> KeyLifetimesView:
    return KeyLifetimesView(
        personal_keys=LifetimesView.of(settings.combined(role)),
        team_keys=LifetimesView.of(settings.combined(settings.team_keys, role)),
    )


def _team_management(rules: TeamAdmin) -> TeamManagementView:
    """Return the settings of team management, which is enabled if there is a team-admin group."""
    return TeamManagementView(
        enabled=bool(rules.group),
        max_budget_ceiling=rules.max_budget_ceiling,
        allow_unlimited_budget=rules.allow_unlimited_budget,
        object_permissions_enabled=rules.object_permissions.enabled,
    )
