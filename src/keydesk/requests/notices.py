"""The notices about requests: to the approvers, and to the person who made the request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keydesk.kit.request_kind import RequestKind
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox
from keydesk.requests.models import FirstApproval, RequestRecord, RequestState, Terms

_BUDGETS = {RequestKind.ACCOUNT_BUDGET, RequestKind.KEY_BUDGET}
"""The kinds whose notices do not name the kind, like those of the release before."""

_OF_TEAMS = {RequestKind.TEAM_MEMBERSHIP, RequestKind.NEW_TEAM, RequestKind.MEMBER_BUDGET}


@dataclass(frozen=True, slots=True)
class RequestNotices:
    outbox: Outbox

    def of_request(
        self, record: RequestRecord, groups: Iterable[str], first: FirstApproval | None = None
    ) -> list[Any]:
        """Return the statements that tell the approvers' groups that the request waits for a decision."""
        values = _values(record, record.asked) | {Value.BY: record.ref, Value.REASON: record.reason}
        period = first.by if first else ""
        return self.outbox.adding(
            Notice(Kind.REQUEST_RECEIVED, group, record.id, period=period, values=values) for group in groups
        )

    def of_waiting(self, record: RequestRecord, groups: Iterable[str], count: int) -> list[Any]:
        """Return the statements that remind the approvers' groups, for the time with this number."""
        values = _values(record, record.asked) | {Value.BY: record.ref, Value.REASON: record.reason}
        return self.outbox.adding(
            Notice(Kind.REQUEST_WAITING, group, record.id, period=str(count), values=values)
            for group in groups
        )

    def of_expiry(self, record: RequestRecord, groups: Iterable[str]) -> list[Any]:
        """Return the statements that tell the approvers' groups and the person that the request expires."""
        values = _values(record, record.asked) | {Value.EXPIRES_AT: record.expires_at.isoformat()}
        return self.outbox.adding(
            Notice(Kind.REQUEST_EXPIRING, recipient, record.id, values=values)
            for recipient in (*groups, record.ref)
        )

    def of_decision(
        self,
        record: RequestRecord,
        state: RequestState,
        by: str,
        *,
        granted: Terms | None = None,
        reason: str | None = None,
    ) -> list[Any]:
        """Return the statements that tell the person the decision. A withdrawal needs none."""
        if state is RequestState.WITHDRAWN:
            return []
        values = _values(record, granted or record.asked) | {Value.BY: by, Value.DECISION: state.value}
        if reason:
            values[Value.REASON] = reason
        return self.outbox.adding([Notice(Kind.REQUEST_DECIDED, record.ref, record.id, values=values)])

    def of_end(self, record: RequestRecord) -> list[Any]:
        """Return the statements that tell the person that Keydesk took back what was granted."""
        values = _values(record, record.granted or record.asked)
        return self.outbox.adding([Notice(Kind.GRANT_ENDED, record.ref, record.id, values=values)])


def _values(record: RequestRecord, terms: Terms) -> dict[str, str]:
    values = {} if record.kind in _BUDGETS else {Value.REQUEST: record.kind.value}
    if terms.usd is not None:
        values[Value.AMOUNT] = f"{terms.usd:g}"
    if terms.model:
        values[Value.MODEL] = terms.model
    if record.target_name:
        is_team = record.kind in _OF_TEAMS
        values[Value.TEAM if is_team else Value.KEY] = record.target_name
    if terms.until:
        values[Value.ENDS_AT] = terms.until.isoformat()
    return values
