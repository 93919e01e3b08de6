"""The form of a key that a team owns: its values as the API's request body. Pure."""

import re
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.service_keys.models import ContactView, ServiceKeyRequest
from keydesk.web.form_fields import text_of, validated
from keydesk.web.keys.form import KeyForm


@dataclass(frozen=True, slots=True)
class ServiceKeyForm:
    """The form of a key, and the text of its contacts."""

    key: KeyForm
    contacts: str = ""

    @classmethod
    def sent(cls, form: FormData) -> "ServiceKeyForm":
        """Read a submitted form. Files and unknown fields are ignored."""
        return cls(KeyForm.sent(form), text_of(form, "contacts"))

    def request(self) -> ServiceKeyRequest:
        """Return the API's request body. Raises InvalidRequest like the API."""
        body: dict[str, Any] = self.key.body()
        body.pop("team_id", None)
        return validated(ServiceKeyRequest, body | {"contacts": people_in(self.contacts)})


def people_in(text: str) -> list[str]:
    """Return the people in a text, in which commas, spaces or line breaks separate them."""
    return [part for part in re.split(r"[\s,;]+", text) if part]


def typed_contacts(contacts: list[ContactView]) -> str:
    """Return the contacts as people type them: only the name, in the namespace `default`."""
    return ", ".join(contact.ref.removeprefix("user:default/") for contact in contacts)
