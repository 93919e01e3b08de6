"""The route of service keys for their contacts, who need no access to the team."""

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.keys import KeyId
from keydesk.api.route_rules import for_people
from keydesk.service_keys.models import ContactKeyView

router = APIRouter(prefix="/service-keys", tags=["service keys"])


@router.get("/{key_id}", **for_people())
async def get_key_of_contact(key_id: KeyId, caller: Caller, services: AppServices) -> ContactKeyView:
    """Return a service key to one of its contacts, with its latest changes."""
    return await services.keys_of_contacts.view(caller, key_id)
