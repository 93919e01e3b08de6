"""Findings of the watchdog: what is wrong between budgets and the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from keydesk.notices.models import digest_of

WATCHDOG = "keydesk:watchdog"
"""Stored as the blocker of keys that the watchdog blocked. Their owners cannot unblock them."""


class FindingKind(StrEnum):
    """The names are stored. `STILL_ANSWERS`: a key is used although a budget is used up."""

    STILL_ANSWERS = "still_answers"
    NOT_RESET = "not_reset"
    OWNER_GONE = "owner_gone"
    NO_PRICE = "no_price"


BLOCKABLE = {FindingKind.STILL_ANSWERS, FindingKind.OWNER_GONE}
"""Findings about a key for which the watchdog can block the key."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How far a key was used, as of a pass over all keys that began at `read_at`."""

    spend: float
    last_used_at: datetime | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw. A finding needs a later check too, so that values in the middle of a change are none.

    `subject` is a key's id, or an account, team or model. `details` are the members of `FindingView` for the list.
    `owner` is the owner of a key (see `keys/owners.py`). `use` is for STILL_ANSWERS.
    """

    kind: FindingKind
    subject: str
    details: Mapping[str, str | float] = field(default_factory=dict)
    use: KeyUse | None = None
    owner: str = ""

    @property
    def id(self) -> str:
        return digest_of(self.kind, self.subject)


class FindingView(BaseModel):
    """A finding. `subject` is the id of the key, account or team, or the name of the model.

    `spend` and `budget` are in US dollars. `wall` says whose budget is meant: the key's, the account's or the team's.
    """

    model_config = ConfigDict(frozen=True)

    kind: FindingKind
    subject: str
    name: str
    owner: str | None = None
    team: str | None = None
    wall: str | None = None
    spend: float | None = None
    budget: float | None = None
    tokens: int | None = None
    due_at: datetime | None = None
    first_at: datetime
    seen_at: datetime


class FindingsView(BaseModel):
    """The open findings, newest first. `is_active` is false if no channel of notices is set up, or it is turned off."""

    model_config = ConfigDict(frozen=True)

    is_active: bool
    findings: list[FindingView]
