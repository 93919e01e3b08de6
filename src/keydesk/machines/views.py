"""Bodies of the API: a request to sign in a machine, answers to it, and signed-in machines."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from keydesk.kit.field_types import RequestBody
from keydesk.machines.models import ListedMachine, SignInRequest


class LookUpRequest(RequestBody):
    """The code that a terminal shows."""

    code: Annotated[str, Field(min_length=1, max_length=60)]


class MachineAnswer(RequestBody):
    """An answer to a request that the caller has looked up."""

    confirmation: Annotated[str, Field(min_length=1, max_length=2000)]


class MachineRequestView(BaseModel):
    """A machine that asks to be signed in. `name` is what it calls itself, and `address` the IP address it asks from.

    `confirmation` is the caller's proof of having looked it up. `server` is the address that `keydesk login` names.
    """

    model_config = ConfigDict(frozen=True)

    confirmation: str
    name: str
    address: str
    server: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, request: SignInRequest, confirmation: str, server: str) -> "MachineRequestView":
        names = ("name", "address", "created_at", "expires_at")
        shown = {name: getattr(request, name) for name in names}
        return cls(confirmation=confirmation, server=server, **shown)


class MachineView(BaseModel):
    """A machine on which the caller is signed in."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    address: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, machine: ListedMachine) -> "MachineView":
        return cls(**{name: getattr(machine, name) for name in cls.model_fields})
