"""What the pages of requests show. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from keydesk.accounts.names import PersonName
from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import RequestRecord, RequestState, Terms
from keydesk.web.audit.words import actor_name
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.requests.words import LARGER_BUDGETS, PERMANENT, state_before, subject_of, terms_of

_STATES: Mapping[RequestState, tuple[str, str]] = {
    RequestState.PENDING: (N_("waiting"), "fair"),
    RequestState.APPROVED: (N_("approved"), "good"),
    RequestState.GRANTED: (N_("approved for a time"), "good"),
    RequestState.ENDED: (N_("ended"), "over"),
    RequestState.DECLINED: (N_("declined"), "bad"),
    RequestState.WITHDRAWN: (N_("withdrawn"), "over"),
    RequestState.EXPIRED: (N_("expired"), "over"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A request for a list or a page. `names` are of the people in it, by reference."""

    record: RequestRecord
    names: Mapping[str, PersonName]

    @property
    def subject(self) -> str:
        """What the request is about."""
        return subject_of(self.record)

    @property
    def outcome(self) -> Terms:
        """What was approved, or else requested."""
        return self.record.granted or self.record.asked

    def words(self, terms: Terms) -> str:
        """Return what was requested or approved, without its end."""
        return terms_of(terms)

    @property
    def before(self) -> tuple[str, str] | None:
        """The state at the time of the request, with its label, if there was any."""
        return state_before(self.record)

    @property
    def is_larger_budget(self) -> bool:
        return self.record.kind in LARGER_BUDGETS

    @property
    def has_budget(self) -> bool:
        return self.record.asked.usd is not None

    @property
    def is_lifetime(self) -> bool:
        return self.record.kind is RequestKind.KEY_LIFETIME

    @property
    def can_end(self) -> bool:
        """Whether it can be approved for a time."""
        return self.record.kind not in PERMANENT

    @property
    def state(self) -> tuple[str, str]:
        """The state in words, and the tone of its tag."""
        word, tone = _STATES[self.record.state]
        return _(word), tone

    @property
    def requester(self) -> str:
        return self._name(self.record.ref)

    @property
    def first_approver(self) -> str | None:
        return self._name(self.record.first.by) if self.record.first else None

    @property
    def decider(self) -> str | None:
        return self._name(self.record.decided_by) if self.record.decided_by else None

    @property
    def is_open(self) -> bool:
        return self.record.state is RequestState.PENDING

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.record.expires_at <= now

    def _name(self, ref: str) -> str:
        return actor_name(ref, self.names)


def people_in(records: Iterable[RequestRecord]) -> set[str]:
    """Return the references of everybody in the requests."""
    found = {record.ref for record in records}
    found |= {record.first.by for record in records if record.first}
    return found | {record.decided_by for record in records if record.decided_by}


def rows(records: Sequence[RequestRecord], names: Mapping[str, PersonName]) -> list[Row]:
    return [Row(record, names) for record in records]
