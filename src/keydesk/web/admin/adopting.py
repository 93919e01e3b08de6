"""Keys that were created outside of Keydesk: a list for auditors, who adopt them one by one."""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from keydesk.accounts.names import PersonName
from keydesk.api.dependencies import AppServices, Caller, Reader, services_of
from keydesk.api.route_rules import for_auditors, for_key_admins
from keydesk.api.services import Services
from keydesk.keys.owners import team_of
from keydesk.web.keys.adopted import adopted_message
from keydesk.web.language import gettext as _
from keydesk.web.language import translated
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(prefix="/admin/adopt", include_in_schema=False, route_class=PageRoute)
PageNumber = Annotated[int | None, Query(alias="page", ge=1, le=1_000_000)]
Count = Annotated[int, Query(ge=0, le=1_000_000_000)]


@router.get("", **for_auditors())
async def foreign_keys_page(
    request: Request, caller: Reader, number: PageNumber = None, seen: Count = 0, found: Count = 0
) -> Response:
    """Check one page of the keys per request, so that any number can be checked with progress."""
    services = services_of(request)
    part = await services.key_adoption.page(number) if number else None
    owners = {owner for each in part.foreign if (owner := each.owner or each.key.user_id)} if part else set()
    progress: dict[str, Any] = {"names": await _names(services, owners)}
    progress["may_change"] = await services.key_admins.include(caller)
    progress |= {"seen": seen + part.seen, "found": found + len(part.foreign)} if part else {}
    return await page(
        request, "admin/adopt.html", part=part, number=number, translated=translated, **progress
    )


async def _names(services: Services, owners: Collection[str]) -> dict[str, PersonName]:
    """Return the names of people and of teams by owner."""
    teams = {owner: team_id for owner in owners if (team_id := team_of(owner))}
    named = await services.team_names.of(teams.values())
    people = await services.people_names.of_accounts(owner for owner in owners if owner not in teams)
    return people | {
        owner: PersonName(_("Team %(team)s", team=named[team_id])) for owner, team_id in teams.items()
    }


@router.post("/{key_id}", **for_key_admins())
async def adopt_key(
    request: Request,
    key_id: str,
    caller: Caller,
    services: AppServices,
    number: Annotated[int, Form(alias="page", ge=1, le=1_000_000)],
) -> Response:
    broken = await services.key_adoption.adopt_on_page(caller, key_id, number)
    return go_to(request, f"/admin/adopt?page={number}", adopted_message(broken))
