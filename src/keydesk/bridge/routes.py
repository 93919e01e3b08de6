"""The routes of /bridge: for command-line clients with an OIDC access token, under everybody's rules."""

from fastapi import APIRouter
from pydantic import BaseModel

import keydesk.keys.routes as keys
import keydesk.models.routes as models
from keydesk.access.permissions import Permission
from keydesk.access.route_rules import for_people, needing

router = APIRouter(prefix="/bridge", tags=["bridge"])


class BridgeHealthView(BaseModel):
    """Where a command-line client signs in."""

    status: str = "ok"
    issuer: str
    client_id: str


router.add_api_route("/keys", keys.list_keys, methods=["GET"], **for_people())
router.add_api_route("/keys", keys.generate_key, methods=["POST"], **needing(Permission.KEY_CREATE))
router.add_api_route("/models", models.list_models, methods=["GET"], **for_people())
