"""GET /me, for virtual keys."""

from fastapi import APIRouter, Request

from keydesk.api.dependencies import AppServices, VirtualKeySecret
from keydesk.api.route_rules import for_virtual_keys
from keydesk.http.client_address import ClientAddress
from keydesk.me.models import OwnKeyView

router = APIRouter(tags=["own key"])


@router.get("/me", **for_virtual_keys())
async def own_key(secret: VirtualKeySecret, request: Request, services: AppServices) -> OwnKeyView:
    """Return the budget, the expiry, the models and the usage of the virtual key in the Authorization header."""
    address = ClientAddress(services.settings.limits.proxies).of(request.scope)
    return await services.own_keys.of(secret.get_secret_value(), address)
