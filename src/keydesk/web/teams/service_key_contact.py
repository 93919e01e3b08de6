"""GET /service-keys/{key_id}: where notices about a service key lead, for all who may see the key."""

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.keys import KeyId
from keydesk.api.route_rules import for_people
from keydesk.kit.people import Person
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotFound
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import auditors, go_to, page
from keydesk.web.teams.reading import allows, groups_of
from keydesk.web.teams.service_key_pages import key_facts
from keydesk.web.teams.view import address

router = APIRouter(prefix="/service-keys", include_in_schema=False, route_class=PageRoute)


@router.get("/{key_id}", **for_people())
async def contact_key_page(
    request: Request, caller: Caller, key_id: KeyId, services: AppServices
) -> Response:
    """Admins of the team and auditors continue to the page that they have for the key."""
    if (elsewhere := await _page_elsewhere(request, caller, key_id)) is not None:
        return go_to(request, elsewhere)
    found = await services.keys_of_contacts.find(caller, key_id)
    facts = await key_facts(request, caller, found.key)
    team_name = found.team.team_alias or found.team.team_id
    return await page(
        request, "teams/contact_key.html", **facts, team_name=team_name, managed_by=found.managed_by
    )


async def _page_elsewhere(request: Request, person: Person, key_id: str) -> str | None:
    services = services_of(request)
    record = await services.service_keys.contacts.store.find(key_id)
    if record is None:
        return None
    if await _manages(request, person, record.team_id):
        return f"{address(record.team_id)}/service-keys/{key_id}"
    is_contact = person.ref in record.contacts
    return f"/keys/{key_id}" if not is_contact and await auditors(request, person) else None


async def _manages(request: Request, person: Person, team_id: str) -> bool:
    if not await groups_of(request, person) or not await allows(request, person, Permission.TEAM_MANAGE):
        return False
    try:
        await services_of(request).teams.owned(person, team_id)
    except NotFound:
        return False
    return True
