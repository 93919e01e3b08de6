"""The rows of the index, the filters of a search, and the response bodies of /admin/keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from keydesk.keys.models import KeyView

KeyState = Literal["active", "blocked", "expired", "over-budget"]
SortColumn = Literal[
    "key_alias", "user_id", "team_id", "created_at", "last_active_at", "expires_at", "spend", "max_budget"
]


class AllKeysPage(BaseModel):
    """A page of the keys of all people and teams. Page numbers start at 1.

    `as_of` is when Keydesk last began to read all keys. Changes that were made with Keydesk are newer.
    """

    model_config = ConfigDict(frozen=True)

    keys: list[KeyView]
    total: int
    page: int
    page_size: int
    total_pages: int
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFilter:
    """What to search for. None, an empty text and False match every key.

    `people` are the user ids of people whose name contains `text`. A key that was never used is idle since it was
    created. `no_contact` matches the keys in `lacking_contact`, and those of teams that Keydesk has no record of.
    """

    text: str = ""
    people: tuple[str, ...] = ()
    owner: str | None = None
    team_id: str | None = None
    state: KeyState | None = None
    can_manage_gateway: bool | None = None
    expires_before: datetime | None = None
    never_expires: bool = False
    idle_since: datetime | None = None
    no_budget: bool = False
    no_contact: bool = False
    lacking_contact: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    column: SortColumn = "created_at"
    falling: bool = True


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the keys have been read. `page` is the next page, downwards, or None between passes."""

    generation: int
    page: int | None
    pages: int
    began_at: datetime | None
    as_of: datetime | None
    audit_seq: int

    @property
    def share_read(self) -> float:
        """Return how much of the pass in progress is done, from 0 to 1."""
        return 1 - (self.page or 0) / self.pages if self.pages else 0.0


@dataclass(frozen=True, slots=True)
class IndexedHash:
    """Where LiteLLM has a key: its id in Keydesk, and LiteLLM's encrypted hash."""

    key_id: str
    sealed_hash: str


@dataclass(frozen=True, slots=True)
class ChangedObject:
    """An entry of the audit log about a key, or about a team whose keys may be gone."""

    seq: int
    table_name: str
    action: str
    object_id: str
