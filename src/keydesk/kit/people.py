"""The authenticated caller. Only token and proxy-header verifiers create these objects."""

from dataclasses import dataclass

from pydantic import SecretStr

from keydesk.kit.entity_refs import split_ref
from keydesk.kit.labels import Labels


@dataclass(frozen=True, slots=True)
class Asserted:
    """The person's attributes in a verified credential, for installations without a directory."""

    email: str | None = None
    display_name: str | None = None
    groups: frozenset[str] = frozenset()
    cost_center: str | None = None
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A person, identified by a full entity reference in lower case, such as `user:default/jane`."""

    ref: str
    asserted: Asserted | None = None

    @property
    def namespace(self) -> str:
        return split_ref(self.ref)[1]

    @property
    def name(self) -> str:
        return split_ref(self.ref)[2]


@dataclass(frozen=True, slots=True)
class Service:
    """An authenticated service. It has no account and no keys."""

    subject: str


Principal = Person | Service


@dataclass(frozen=True, slots=True)
class VerifiedCaller:
    """A person and their credential, for upstream services that verify it themselves."""

    person: Person
    token: SecretStr
