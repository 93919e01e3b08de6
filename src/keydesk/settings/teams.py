"""Who may run teams, and within which limits. Closed by default: what is not listed cannot be assigned."""

from keydesk.kit.field_types import Identifier, PositiveUsd
from keydesk.settings.budgets import BudgetRules
from keydesk.settings.section import Section
from keydesk.settings.values import Count, GroupRefs


class ObjectPermissions(Section):
    """Attaching knowledge bases and MCP servers to teams."""

    enabled: bool = False
    """Whether team admins may; every key of the team then reaches those documents and tools."""


class TeamAdmin(BudgetRules):
    """Team management. It is off without a group."""

    group: GroupRefs = ()
    """The group, or list of groups, whose members may manage teams."""
    allowed_models: tuple[Identifier, ...] = ()
    """Models a team may be given."""
    allowed_model_access_groups: tuple[Identifier, ...] = ()
    """LiteLLM access groups whose models a team may be given."""
    max_budget_ceiling: PositiveUsd = 1000.0
    """The largest budget of a team for 30 days, in USD. It is scaled to the budget's period, shorter or longer."""
    max_teams_per_group: Count = 100
    """Teams that one group may own. Teams without an owner, such as those made in LiteLLM itself, do not count."""
    allowed_vector_stores: tuple[Identifier, ...] = ()
    """Ids or names of vector stores a team may be given as knowledge bases."""
    allowed_mcp_servers: tuple[Identifier, ...] = ()
    """Ids or names of MCP servers a team may be given."""
    allowed_mcp_access_groups: tuple[Identifier, ...] = ()
    """MCP access groups a team may be given."""
    allow_team_delete: bool = False
    """Whether teams may be deleted, not only blocked."""
    object_permissions: ObjectPermissions = ObjectPermissions()
    """Attaching knowledge bases and MCP servers to teams."""


class Display(Section):
    """Hiding what teams may spend: those people see percentages instead of dollars."""

    hide_team_budget_for_members: bool = False
    """From the members of a team."""
    hide_team_budget_for_managers: bool = False
    """From those who manage it, too."""
