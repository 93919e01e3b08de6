"""GET /admin/findings."""

from fastapi import APIRouter

from keydesk.alerts.findings import FindingsView
from keydesk.api.dependencies import AppServices
from keydesk.api.route_rules import for_auditors

router = APIRouter(prefix="/admin/findings", tags=["findings"])


@router.get("", **for_auditors())
async def list_findings(services: AppServices) -> FindingsView:
    """List what the watchdog found in the gateway, newest first. Requires membership in the audit group."""
    return await services.alerts.findings()
