"""Takes entries out of the audit log that are older than the configuration keeps them."""

from dataclasses import dataclass

import structlog

from keydesk.audit.service import Audit

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PruneAuditLog:
    """`days` is `audit.retentionDays`; None keeps everything."""

    audit: Audit
    days: int | None

    async def apply(self) -> int:
        """How many entries were removed."""
        if self.days is None:
            return 0
        removed = await self.audit.prune(self.days)
        if removed:
            _log.info("audit_log_pruned", entries=removed)
        return removed
