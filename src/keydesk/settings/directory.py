"""Where people, their groups and their addresses are looked up."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from keydesk.settings.section import Section, refuse
from keydesk.settings.values import BaseAddress, Credential, GroupRef, UserRef


class BackstageCatalog(Section):
    """The catalog of Backstage."""

    base_url: BaseAddress
    """Where Keydesk reaches the Backstage backend."""
    token: Credential
    """A static external-access token. In an app-config it is the one with the subject `keydesk`."""


class DirectoryPerson(Section):
    """One person of the directory in this file."""

    ref: UserRef
    """The person, such as `user:default/jane` or `jane`."""
    email: str | None = None
    """The address."""
    display_name: str | None = None
    """The name to show."""
    groups: tuple[GroupRef, ...] = ()
    """The person's groups, parents included."""


class Directory(Section):
    """Where people and groups are looked up."""

    backstage: BackstageCatalog | None = None
    """The catalog of Backstage. A Backstage app-config sets it."""
    people: tuple[DirectoryPerson, ...] = ()
    """The people themselves, for small installations."""
    people_file: Path | None = None
    """A YAML file with people and the parents of groups; a relative name starts where Keydesk is started."""
    claims: bool = False
    """Believe what tokens and proxy headers say of a person's groups and address."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody could be looked up."""
        return not (self.backstage or self.people or self.people_file or self.claims)

    @model_validator(mode="after")
    def _everybody_once(self) -> Self:
        refs = [person.ref for person in self.people]
        refuse(
            (ref in refs[:index], ("people", index, "ref"), "expected every person once")
            for index, ref in enumerate(refs)
        )
        return self
