"""Reads the latest days of usage again, for spend that LiteLLM wrote late, and removes what is kept long enough."""

from dataclasses import dataclass

import structlog

from keydesk.usage.maintenance import Maintenance

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RefreshUsage:
    maintenance: Maintenance

    async def apply(self) -> int:
        """How many people and teams were looked at."""
        refreshed = await self.maintenance.refresh()
        if refreshed:
            _log.info("usage_refreshed", subjects=refreshed)
        return refreshed
