"""GET /health, /health/live and /health/ready."""

from fastapi import APIRouter, Request

from keydesk.api.route_rules import for_anyone
from keydesk.health.models import HealthView, LiveView, ReadyView
from keydesk.health.service import Health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", **for_anyone())
async def health(request: Request) -> HealthView:
    """That the key desk runs, and whether it creates accounts."""
    return HealthView(provisioning=request.app.state.provisioning)


@router.get("/live", **for_anyone())
async def live() -> LiveView:
    """That the process answers; asks nobody else."""
    return LiveView()


@router.get("/ready", **for_anyone())
async def ready(request: Request) -> ReadyView:
    """Whether the database and LiteLLM are available; 503 only if this replica can answer no reads either."""
    service: Health = request.app.state.health
    return await service.ready()
