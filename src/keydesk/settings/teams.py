"""Settings of team management. Models, vector stores and MCP servers that are not listed cannot be assigned."""

from keydesk.kit.field_types import Identifier, PositiveUsd
from keydesk.settings.budgets import BudgetRules
from keydesk.settings.section import Section
from keydesk.settings.values import Count, GroupRefs


class ObjectPermissions(Section):
    """Assignment of knowledge bases and MCP servers to teams."""

    enabled: bool = False
    """Let team admins assign them. Every key of the team can then use these documents and tools."""


class TeamAdmin(BudgetRules):
    """Team management. It is turned off unless `group` is set."""

    group: GroupRefs = ()
    """The group, or list of groups, whose members can manage teams."""
    allowed_models: tuple[Identifier, ...] = ()
    """Models that can be assigned to a team."""
    allowed_model_access_groups: tuple[Identifier, ...] = ()
    """LiteLLM access groups whose models can be assigned to a team."""
    max_budget_ceiling: PositiveUsd = 1000.0
    """The largest team budget in USD for 30 days. For other budget periods, Keydesk scales it proportionally."""
    max_teams_per_group: Count = 100
    """The maximum number of teams that a group can own. Teams that were created in LiteLLM have no owner and do not
    count."""
    allowed_vector_stores: tuple[Identifier, ...] = ()
    """Ids or names of vector stores that can be assigned to a team as knowledge bases."""
    allowed_mcp_servers: tuple[Identifier, ...] = ()
    """Ids or names of MCP servers that can be assigned to a team."""
    allowed_mcp_access_groups: tuple[Identifier, ...] = ()
    """MCP access groups that can be assigned to a team."""
    show_names_in_calls: bool = False
    """Show team admins the person and the key of each call that their team made, and the people in its statements. By
    default, they see calls without names, and statements by model and key."""
    allow_team_delete: bool = False
    """Allow team admins to delete teams, in addition to blocking them."""
    object_permissions: ObjectPermissions = ObjectPermissions()
    """Assignment of knowledge bases and MCP servers to teams."""


class Display(Section):
    """Visibility of team budgets. If a budget is hidden, people see percentages instead of dollars."""

    hide_team_budget_for_members: bool = False
    """Hide the budget from the members of a team."""
    hide_team_budget_for_managers: bool = False
    """Also hide the budget from team admins."""
