"""GET /health, /health/live and /health/ready."""

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices
from keydesk.api.route_rules import for_anyone
from keydesk.health.models import HealthView, LiveView, ReadyView

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", **for_anyone())
async def health(services: AppServices) -> HealthView:
    """That the key desk runs, and whether it creates accounts."""
    return HealthView(provisioning=services.settings.litellm.provisioning.enabled)


@router.get("/live", **for_anyone())
async def live() -> LiveView:
    """That the process answers; asks nobody else."""
    return LiveView()


@router.get("/ready", **for_anyone())
async def ready(services: AppServices) -> ReadyView:
    """Whether the database and LiteLLM are available; 503 only if this replica can answer no reads either."""
    return await services.health.ready()
