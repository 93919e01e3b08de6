"""Settings of the directory: people, their groups and their email addresses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import BaseAddress, Credential, GroupRef, Labelled, UserRef


class BackstageCatalog(Section):
    """The Backstage catalog."""

    base_url: BaseAddress
    """The URL at which Keydesk reaches the Backstage backend."""
    token: Credential
    """A static external access token. In an app-config, it is the token with the subject `keydesk`."""
    cost_center_annotation: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """The annotation of users with their cost center, such as `example.com/cost-center`."""
    label_annotations: Labelled = Field(default_factory=dict)
    """Annotations of users with their labels, such as `{department: example.com/department}`, for statements."""


class DirectoryPerson(Section):
    """A person in the directory."""

    ref: UserRef
    """The entity reference, such as `user:default/jane` or `jane`."""
    email: str | None = None
    """The email address."""
    display_name: str | None = None
    """The display name."""
    groups: tuple[GroupRef, ...] = ()
    """The person's groups, including parent groups."""
    cost_center: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """The person's cost center, for statements."""
    labels: Labelled = Field(default_factory=dict)
    """Labels of the person, such as `{department: Research}`, for statements."""


def repeated_people(people: Sequence[DirectoryPerson]) -> Faults:
    """Yield each repetition in a list `people`."""
    seen = set()
    for index, person in enumerate(people):
        if person.ref in seen:
            yield ("people", index, "ref"), "is listed more than once"
        seen.add(person.ref)


class Directory(Section):
    """The sources of people and their groups."""

    backstage: BackstageCatalog | None = None
    """The Backstage catalog. A Backstage app-config sets this."""
    people: tuple[DirectoryPerson, ...] = ()
    """A list of people, for small installations."""
    people_file: Path | None = None
    """A YAML file with people and the parents of groups. A relative path starts at the working directory."""
    claims: bool = False
    """Take a person's groups and email address from tokens and proxy headers."""

    @property
    def is_empty(self) -> bool:
        """Whether no source is configured."""
        return not (self.backstage or self.people or self.people_file or self.claims)

    @rule
    def _refs_are_unique(self) -> Faults:
        return repeated_people(self.people)
