"""The routes of /bridge, for command-line clients with an OIDC access token. The usual permissions apply."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from keydesk.api import keys, models
from keydesk.api.route_rules import for_anyone, for_people, needing
from keydesk.kit.permission import Permission
from keydesk.settings import Bridge


class BridgeHealthView(BaseModel):
    """The OIDC settings with which a command-line client signs in."""

    status: Literal["ok"] = "ok"
    issuer: str | None
    client_id: str


def bridge_router(settings: Bridge) -> APIRouter:
    """Return the routes of the bridge. They call the same functions as the routes without the prefix."""
    router = APIRouter(prefix="/bridge", tags=["bridge"])
    view = BridgeHealthView(issuer=settings.issuer, client_id=settings.client_id)

    @router.get("/health", **for_anyone())
    async def bridge_health() -> BridgeHealthView:
        """Return the issuer and client id for signing in."""
        return view

    router.add_api_route("/keys", keys.list_keys, methods=["GET"], **for_people())
    router.add_api_route("/keys", keys.generate_key, methods=["POST"], **needing(Permission.KEY_CREATE))
    router.add_api_route("/models", models.list_models, methods=["GET"], **for_people())
    return router
