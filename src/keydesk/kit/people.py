"""The verified caller. Made only by verifiers, never from anything else a request says."""

from dataclasses import dataclass

from pydantic import SecretStr

from keydesk.kit.entity_refs import split_ref


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a verified credential itself says of its person, where there is no other directory to ask."""

    email: str | None = None
    display_name: str | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """A human being, by full lower-case entity reference such as `user:default/jane`."""

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
    """Another program, verified but not a person: it has no account and no keys."""

    subject: str


Principal = Person | Service


@dataclass(frozen=True, slots=True)
class VerifiedCaller:
    """A person and the credential they came with, for services that want to see it themselves."""

    person: Person
    token: SecretStr
