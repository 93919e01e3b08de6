"""GET /health, /health/live and /health/ready."""

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices
from keydesk.api.route_rules import for_anyone
from keydesk.health.models import HealthView, LiveView, ReadyView

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", **for_anyone())
async def health(services: AppServices) -> HealthView:
    """Return the service's status and whether it provisions accounts."""
    return HealthView(provisioning=services.settings.litellm.provisioning.enabled)


@router.get("/live", **for_anyone())
async def live() -> LiveView:
    """Return 200 while the process responds. Checks no other service."""
    return LiveView()


@router.get("/ready", **for_anyone())
async def ready(services: AppServices) -> ReadyView:
    """Check the database and LiteLLM. Return 503 only if this replica cannot serve cached reads either."""
    return await services.health.ready()
