"""The part of the configuration that the web client shows and obeys."""

from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel


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


class OpenCodeView(_Camel):
    enabled: bool = False


class TeamManagementView(_Camel):
    enabled: bool
    max_budget_ceiling: float
    allow_unlimited_budget: bool
    object_permissions_enabled: bool


class DisplayView(_Camel):
    hide_team_budget_for_members: bool
    hide_team_budget_for_managers: bool


class ConfigView(_Camel):
    """`base_url` is the gateway's address for people's tools."""

    base_url: str
    key_generation: KeyGenerationView
    display: DisplayView
    team_management: TeamManagementView
    opencode: OpenCodeView = Field(default=OpenCodeView())
