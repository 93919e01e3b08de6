"""The audited steps of a request. Pure."""

from collections.abc import Mapping
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.requests.models import RequestRecord, RequestState


def step(
    record: RequestRecord,
    by: str,
    action: Action,
    state: RequestState = RequestState.PENDING,
    more: Mapping[str, Any] | None = None,
) -> Change:
    """Return the audited change of a request to a state. `more` are further values, such as what was approved."""
    about = {"user_id": record.user_id, "kind": record.kind, "target": record.target_id}
    if action is Action.REQUESTED:
        asked = record.asked.stored() | {"reason": record.reason, "cost_center": record.cost_center}
        return _change(record, by, action, {}, about | asked | {"state": state})
    return _change(record, by, action, about | {"state": record.state}, {"state": state, **(more or {})})


def _change(
    record: RequestRecord, by: str, action: Action, before: dict[str, Any], after: dict[str, Any]
) -> Change:
    return Change(by, action, AuditedTable.REQUEST, record.id, before, after)
