"""Requests and responses for service keys: keys that a team owns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from keydesk.keys.models import IssuedKeyView, KeyRequest, KeySettings, KeyView
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.field_types import RequestBody

MAX_CONTACTS = 10


def _each_once(refs: list[str]) -> list[str]:
    return list(dict.fromkeys(refs))


Contacts = Annotated[
    list[Annotated[str, Field(max_length=255), AfterValidator(full_user_ref)]],
    Field(min_length=1, max_length=MAX_CONTACTS, examples=[["user:default/jane"]]),
    AfterValidator(_each_once),
]
"""People as entity references, such as `user:default/jane`, or by their names."""


class ServiceKeyRequest(KeySettings):
    """A key that a team owns. `contacts` are 1 to 10 people who are responsible for it."""

    contacts: Contacts

    def key_request(self, team_id: str) -> KeyRequest:
        """Return the request for a key in the team, without the contacts."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"contacts"}}
        return KeyRequest(**given, team_id=team_id)


class ContactsUpdate(RequestBody):
    """The new contacts of a key. They replace the previous ones."""

    contacts: Contacts


class ContactView(BaseModel):
    """A contact. `in_directory` is false for a person who left, and null while the directory is unavailable."""

    model_config = ConfigDict(frozen=True)

    ref: str
    in_directory: bool | None


def have_left(contacts: Iterable[ContactView]) -> bool:
    """Return whether none of the contacts is in the directory. While that is unknown, they count as present."""
    return all(contact.in_directory is False for contact in contacts)


class ServiceKeyView(KeyView):
    """A key that the team owns, without its secret.

    `is_managed` is false for a key that was created outside of Keydesk: it can be changed after the platform team has
    adopted it. `rule` is the rule for workloads that created the key, or null. Such a key has no contacts, and can only
    be blocked and deleted.
    """

    contacts: list[ContactView]
    is_managed: bool
    rule: str | None = None

    @property
    def lacks_contact(self) -> bool:
        """Return whether nobody in the directory is responsible for the key."""
        return self.rule is None and have_left(self.contacts)


class IssuedServiceKeyView(IssuedKeyView):
    """A new key of a team. `key` is the secret, which is returned only once."""

    contacts: list[ContactView]


class ManagingGroup(BaseModel):
    """The group whose members manage the team and can change its keys."""

    model_config = ConfigDict(frozen=True)

    ref: str
    title: str


class KeyEvent(BaseModel):
    """A change of a key. `outcome` is null while it is in progress."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    action: str
    changed_by: str
    outcome: str | None


class ContactKeyView(BaseModel):
    """What a contact sees of a service key. `history` has its latest changes, newest first.

    `managed_by` is null for a team that no group manages in Keydesk.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    token: str
    key_alias: str | None
    created_at: datetime
    expires_at: datetime | None
    previous_secret_expires_at: datetime | None
    last_active_at: datetime | None
    blocked: bool
    spend: float
    max_budget: float | None
    budget_duration: str | None
    budget_reset_at: datetime | None
    team_id: str
    team_alias: str | None
    managed_by: ManagingGroup | None
    contacts: list[ContactView]
    history: list[KeyEvent]
