"""Jobs that remove old audit log entries and refresh recent usage."""

from dataclasses import dataclass

import structlog

from keydesk.audit.service import Audit
from keydesk.usage.maintenance import Maintenance

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PruneAuditLog:
    """Removes entries older than `days` (`audit.retentionDays`). None keeps all entries."""

    audit: Audit
    days: int | None

    async def apply(self) -> int:
        """Return the number of removed entries."""
        if self.days is None:
            return 0
        removed = await self.audit.prune(self.days)
        if removed:
            _log.info("audit_log_pruned", entries=removed)
        return removed


@dataclass(frozen=True, slots=True)
class RefreshUsage:
    """Reads recent days again, because LiteLLM writes spend with a delay, and removes expired days."""

    maintenance: Maintenance

    async def apply(self) -> int:
        """Return the number of people and teams whose usage was refreshed."""
        refreshed = await self.maintenance.refresh()
        if refreshed:
            _log.info("usage_refreshed", subjects=refreshed)
        return refreshed
