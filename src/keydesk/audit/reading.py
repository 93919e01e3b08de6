"""Response bodies of GET /audit: pages of changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from keydesk.audit.policy import Filter
from keydesk.audit.search_store import AuditSearch


class ChangeView(BaseModel):
    """A change. `outcome` is null while the change is in progress, and after a crash until it is reconciled.

    `request_id` and `source` (an IP address) are set by Keydesk. The claimed values are from the request headers
    `X-Request-Id` and `X-Forwarded-For`, which a client can forge.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    updated_at: datetime
    changed_by: str
    action: str
    table_name: str
    object_id: str | None
    before_value: dict[str, Any]
    updated_values: dict[str, Any]
    outcome: str | None
    reason: str | None
    request_id: str | None
    source: str | None
    claimed_request_id: str | None
    claimed_source: str | None


class AuditPage(BaseModel):
    """A page of changes, newest first. Page numbers start at 1."""

    model_config = ConfigDict(frozen=True)

    audit_logs: list[ChangeView]
    total: int
    page: int
    page_size: int
    total_pages: int


@dataclass(frozen=True, slots=True)
class AuditReader:
    search: AuditSearch

    async def page(
        self, filters: Filter, page: int, page_size: int, *, oldest_first: bool = False
    ) -> AuditPage:
        total = await self.search.count(filters)
        skipped = (page - 1) * page_size
        rows = (
            await self.search.page(filters, skipped, page_size, oldest_first=oldest_first)
            if skipped < total
            else []
        )
        return AuditPage(
            audit_logs=[_view(row) for row in rows],
            total=total,
            page=page,
            page_size=page_size,
            total_pages=-(-total // page_size),
        )


def _view(row: Any) -> ChangeView:
    return ChangeView(
        id=row.change_id,
        updated_at=row.at,
        changed_by=row.actor,
        action=row.action,
        table_name=row.table_name,
        object_id=row.final_object_id,
        before_value=row.before_value or {},
        updated_values=row.updated_values or {},
        outcome=row.ended,
        reason=row.ending_reason,
        request_id=row.request_id,
        source=row.source,
        claimed_request_id=row.claimed_request_id,
        claimed_source=row.claimed_source,
    )
