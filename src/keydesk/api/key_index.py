"""GET /admin/keys, its export as a file, and POST /admin/keys/bulk."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from keydesk.api.dependencies import AppServices, Caller, each_once
from keydesk.api.route_rules import for_auditors, for_key_admins
from keydesk.http.upstream_problems import problem_of
from keydesk.key_index.bulk import KeyOutcome
from keydesk.key_index.bulk_models import BulkKeyResult, BulkRequest, BulkView
from keydesk.key_index.models import AllKeysPage, KeyFilter, KeyState, Sort, SortColumn
from keydesk.keys.models import KeyView
from keydesk.kit.field_types import Identifier, Printable
from keydesk.litellm import LiteLLMError
from keydesk.usage.csv_file import MEDIA_TYPE
from keydesk.usage.csv_stream import csv_parts

router = APIRouter(prefix="/admin/keys", tags=["all keys"], dependencies=[Depends(each_once)])
_FILE: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/csv": {}}}},
}
FILE_HEADERS = {
    "cache-control": "no-store",
    "content-disposition": 'attachment; filename="keydesk-all-keys.csv"',
}
Days = Annotated[int, Field(ge=1, le=3660)]


class KeyQuery(BaseModel):
    """The filters of all keys. Each one that is set must match."""

    model_config = ConfigDict(hide_input_in_errors=True)

    search: Annotated[Printable, Field(max_length=100, description="Part of a name, id or owner.")] = ""
    owner: Annotated[Identifier | None, Field(description="The owner's user id in LiteLLM.")] = None
    team: Annotated[Identifier | None, Field(description="The id of a team.")] = None
    state: Annotated[KeyState | None, Field(description="The state of the key.")] = None
    can_manage_gateway: Annotated[
        bool | None, Field(description="Whether the key can do more than call models and read.")
    ] = None
    expires_within_days: Annotated[
        Days | None, Field(description="Only keys that have expired, or expire within this number of days.")
    ] = None
    never_expires: Annotated[bool, Field(description="Only keys that never expire.")] = False
    idle_days: Annotated[
        Days | None, Field(description="Only keys that have not been used for this number of days.")
    ] = None
    no_budget: Annotated[bool, Field(description="Only keys without a budget.")] = False
    no_contact: Annotated[
        bool, Field(description="Only keys that a team owns and that have no contact in the directory.")
    ] = False

    def filter(self, now: datetime) -> KeyFilter:
        within, idle = self.expires_within_days, self.idle_days
        return KeyFilter(
            text=self.search.strip(),
            owner=self.owner,
            team_id=self.team,
            state=self.state,
            can_manage_gateway=self.can_manage_gateway,
            expires_before=now + timedelta(days=within) if within else None,
            never_expires=self.never_expires,
            idle_since=now - timedelta(days=idle) if idle else None,
            no_budget=self.no_budget,
            no_contact=self.no_contact,
        )


class KeyPageQuery(KeyQuery):
    sort: Annotated[SortColumn, Field(description="The field to sort by.")] = "created_at"
    descending: Annotated[bool, Field(description="Whether the highest values come first.")] = True
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 50


@router.get("", **for_auditors())
async def list_all_keys(query: Annotated[KeyPageQuery, Query()], services: AppServices) -> AllKeysPage:
    """List the keys of all people and teams from Keydesk's index. Requires membership in the audit group."""
    sort = Sort(query.sort, query.descending)
    return await services.all_keys.index.page(
        query.filter(services.clock()), sort, query.page, query.page_size
    )


@router.get("/export", **_FILE, **for_auditors())
async def export_all_keys(query: Annotated[KeyQuery, Query()], services: AppServices) -> StreamingResponse:
    """Export all matching keys as a CSV file, ordered by id."""
    batches = await services.all_keys.index.export(query.filter(services.clock()))
    return StreamingResponse(csv_parts(KeyView, batches), headers=FILE_HEADERS, media_type=MEDIA_TYPE)


@router.post("/bulk", **for_key_admins())
async def change_keys(body: BulkRequest, caller: Caller, services: AppServices) -> BulkView:
    """Block, unblock, update or restrict keys of other people, or preview it. Each key has a result of its own."""
    bulk = services.all_keys.bulk
    if body.preview:
        outcomes = await bulk.planned(caller, body.action, body.ids)
    else:
        outcomes = await bulk.applied(caller, body)
    return BulkView(
        results=[_result(outcome) for outcome in outcomes],
        changed=sum(outcome.is_changed for outcome in outcomes),
        preview=body.preview,
    )


def _result(outcome: KeyOutcome) -> BulkKeyResult:
    alias = outcome.entry.key_alias if outcome.entry else None
    if outcome.error is not None:
        error = problem_of(outcome.error) if isinstance(outcome.error, LiteLLMError) else outcome.error
        hint = str(error.hint) if error.hint else None
        return BulkKeyResult(
            token=outcome.key_id, key_alias=alias, status="failed", error=str(error.error), hint=hint
        )
    reason = str(outcome.obstacle) if outcome.obstacle else None
    status = "unchanged" if reason else "changed"
    return BulkKeyResult(token=outcome.key_id, key_alias=alias, status=status, error=reason)
