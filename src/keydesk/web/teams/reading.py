"""Reads a team for its page, for members and managers, with the available actions."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLMError, User
from keydesk.teams import limits
from keydesk.teams.models import TeamView
from keydesk.teams.policy import OWNING_GROUP, is_member, is_owned, team_view
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import arranged
from keydesk.web.page_views import PAGE_VIEWS, PageViews, page_views
from keydesk.web.teams.listing import MANAGED, MEMBERS, TEAMS
from keydesk.web.teams.view import MAY, Choice, address, card, choices, labels_of, members_of


async def lists_content(request: Request, person: Person, views: PageViews) -> dict[str, Any]:
    """Return the teams that the person belongs to or manages. Raises LiteLLMError."""
    joined, managed = await asyncio.gather(views.teams(), views.managed_teams())
    manages = {team.team_id for team in managed}
    here, query = request.url.path, request.query_params
    own, other = state_of(TEAMS, here, query), state_of(MANAGED, here, query)
    cards = [card(team, manages=team.team_id in manages) for team in joined]
    return {
        "joined": arranged(cards, replace(own, kept=other.query)),
        "managed": arranged([card(team, manages=True) for team in managed], replace(other, kept=own.query)),
        "may_create": await may_create(request, person),
    }


async def may_create(request: Request, person: Person) -> bool:
    """Return whether the person can create teams."""
    return bool(await groups_of(request, person)) and await allows(request, person, Permission.TEAM_CREATE)


@dataclass(frozen=True, slots=True)
class VisibleTeam:
    """A team as this person may see it."""

    team: TeamView
    manages: bool
    is_member: bool


async def visible_team(request: Request, person: Person, user: User, team_id: str) -> VisibleTeam:
    """Return the team. Raises NotFound if the person neither belongs to it nor manages it."""
    teams = services_of(request).teams
    team, hidden = await teams.readable(person, user, team_id)
    manages = is_owned(team, await groups_of(request, person))
    return VisibleTeam(team_view(team, hide_budget=hidden), manages, is_member(team, user.user_id))


async def team_content(request: Request, person: Person, visible: VisibleTeam) -> dict[str, Any]:
    """Return the content of a team's page. Raises LiteLLMError."""
    settings = services_of(request).settings.litellm
    team, objects = visible.team, visible.team.object_permission
    stores, servers = await _objects(request, named=visible.manages)
    names = services_of(request).people_names
    owner = team.metadata.get(OWNING_GROUP)
    people = await names.of_accounts(each.user_id for each in team.members_with_roles if each.user_id)
    return {
        "card": card(team, manages=visible.manages),
        "team": team,
        "is_member": visible.is_member,
        "people": arranged(
            members_of(team, people), state_of(MEMBERS, address(team.team_id), request.query_params)
        ),
        "managed_by": (await names.of_groups([owner]))[owner] if owner else None,
        "labels": labels_of(team),
        "knowledge_bases": _given(stores, objects.vector_stores),
        "mcp_servers": _given(servers, objects.mcp_servers),
        "may": await may_do(request, person) if visible.manages else {},
        "objects_enabled": settings.team_admin.object_permissions.enabled,
        "delete_enabled": settings.team_admin.allow_team_delete,
        "has_statements": services_of(request).settings.chargeback.enabled,
        "alerts_active": services_of(request).alerts.is_active,
        "provisioned": limits.is_provisioned(team.team_id, settings.provisioning),
    }


async def managed_team(request: Request, person: Person, team_id: str) -> TeamView:
    """Return the team in the view of managers. Raises NotFound for everybody else.

    While LiteLLM is unavailable, return what is known about the team. Changes read it from LiteLLM.
    """
    teams = services_of(request).teams
    try:
        return await teams.shown_to_manager(await teams.owned(person, team_id))
    except LiteLLMError:
        known = await (await page_views(request, person)).managed_teams()
        team = next((team for team in known if team.team_id == team_id), None)
        if team is None:
            raise
        return team


async def assignable_models(request: Request, person: Person) -> set[str]:
    """Return the names that teams can use as models, also while LiteLLM is unavailable."""
    views: PageViews | None = request.scope.get(PAGE_VIEWS)
    catalogue = await (views or await page_views(request, person)).models()
    return limits.assignable_models(services_of(request).settings.litellm.team_admin, catalogue)


async def may_do(request: Request, person: Person) -> dict[str, bool]:
    """Return the person's permissions for managed teams, by their names in the templates."""
    return {word: await allows(request, person, permission) for permission, word in MAY.items()}


async def allows(request: Request, person: Person, permission: Permission) -> bool:
    caller = VerifiedCaller(person, request.scope["token"])
    return await services_of(request).permissions.allows(caller, permission)


async def groups_of(request: Request, person: Person) -> tuple[str, ...]:
    """Return the person's team-admin groups, empty while the directory is unavailable."""
    try:
        return await services_of(request).teams.admins.groups_of(person)
    except DirectoryUnavailable:
        return ()


async def titled_groups(request: Request, person: Person) -> dict[str, str]:
    """Return the titles of the person's team-admin groups by reference."""
    return await services_of(request).people_names.of_groups(await groups_of(request, person))


async def _objects(request: Request, *, named: bool) -> tuple[list[Any], list[Any]]:
    """Return the allowed objects with their names. Members see LiteLLM's ids, which needs no call."""
    if not named:
        return [], []
    objects = services_of(request).team_objects
    stores, servers = await asyncio.gather(objects.vector_stores(), objects.mcp_servers())
    return stores, servers


def _given(allowed: list[Any], given: Iterable[str]) -> list[Choice]:
    return [choice for choice in choices(allowed, list(given)) if choice.given]
