"""GET /config."""

from fastapi import APIRouter, Request

from keydesk.access.route_rules import for_people
from keydesk.config.models import ConfigView, DisplayView, KeyGenerationView
from keydesk.settings import Gateway

router = APIRouter(tags=["configuration"])


def client_config(settings: Gateway) -> ConfigView:
    """What of the settings the web client may know."""
    return ConfigView(
        base_url=settings.url_for_people,
        key_generation=KeyGenerationView(**settings.key_generation.model_dump()),
        display=DisplayView(**settings.display.model_dump()),
    )


@router.get("/config", **for_people())
async def get_config(request: Request) -> ConfigView:
    """The gateway's address, and which features are on."""
    view: ConfigView = request.app.state.client_config
    return view
