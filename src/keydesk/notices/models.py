"""A notice: what happened to which key, request or machine, and whom to tell."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from keydesk.kit.notice_kind import NoticeKind as Kind

__all__ = ["PLATFORM", "Kind", "Notice", "Value", "digest_of"]


class Value:
    """Names of the values that messages show. All values are text, and a message omits a value that is missing.

    Times are ISO 8601 with a time zone. `KEY` is the alias of the key. `BY` is the entity reference of the person who
    made the change, or `keydesk`. `ENDS_AT` is when the old secret stops working after a rotation. `ACTS_AT` is when
    Keydesk acts if nothing changes, and `ACTION` is `block`, `rotate` or `shorten`. `REASON` is a sentence in English.
    `PLACE` is where a leaked key was found. `TEAM_ID` is the id of the team that owns the key.

    Budget alerts and findings: `TEAM` is the name of the team whose budget it is, and `TEAM_ID` its id. With `MEMBER`,
    it is the budget of a member in that team. `PERCENT`, `SPENT`, `LIMIT`, `TODAY` and `USUAL` are numbers, the last
    four in US dollars; they are missing if the budget is hidden from the recipient. `USED_UP_ON` is a day. `FINDING` is
    the kind of finding, and `NAME` the account or model.

    Requests: `REQUEST` is the kind of the request, missing for a budget of a key or an account. `AMOUNT` is a budget in
    US dollars, `MODEL` the name of a model or access group, and `TEAM` that of a team. `DECISION` is the state of the
    request.

    A machine: `NAME` is what it calls itself, and `ADDRESS` its IP address.
    """

    KEY = "key"
    BY = "by"
    EXPIRES_AT = "expires_at"
    ENDS_AT = "ends_at"
    LAST_USED_AT = "last_used_at"
    ACTS_AT = "acts_at"
    ACTION = "action"
    REASON = "reason"
    PLACE = "place"
    TEAM = "team"
    TEAM_ID = "team_id"
    MEMBER = "member"
    PERCENT = "percent"
    SPENT = "spent"
    LIMIT = "limit"
    RESETS_AT = "resets_at"
    USED_UP_ON = "used_up_on"
    TODAY = "today"
    USUAL = "usual"
    FINDING = "finding"
    NAME = "name"
    ADDRESS = "address"
    REQUEST = "request"
    AMOUNT = "amount"
    MODEL = "model"
    DECISION = "decision"


PLATFORM = "platform"
"""The recipient of notices that no person gets."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice. The outbox stores one of each kind, recipient, subject, threshold and period.

    `recipient` is the entity reference of a person or a group, the owner of a service key, which stands for its
    contacts, or `PLATFORM` for notices that only the platform team's channels get. `subject` is Keydesk's id of the
    key, request or machine, or a subject of `alerts.models`. `threshold` is a step, such as the days before the
    expiration. `period` tells occurrences apart, such as the time of the expiration or the id of the change. `values`
    has names of `Value` and never contains a secret.
    """

    kind: Kind
    recipient: str
    subject: str
    threshold: str = ""
    period: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same for notices that the outbox stores once."""
        return digest_of(self.kind, self.recipient, self.subject, self.threshold, self.period)

    @property
    def event_id(self) -> str:
        """The same for all recipients of one event. A channel that several people read gets an event once."""
        return digest_of(self.kind, self.subject, self.threshold, self.period)


def digest_of(*parts: str) -> str:
    """Return 32 hexadecimal characters that identify the parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
