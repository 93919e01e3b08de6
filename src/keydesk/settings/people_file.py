"""Reads the static directory's people from a YAML file and reports every mistake in it.

people:
  - {ref: jane, email: jane@example.com, displayName: Jane Doe, groups: [ai-power-users]}
groups:
  - {ref: ai-power-users, parent: ai}
"""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from keydesk.settings.directory import DirectoryPerson, repeated_people
from keydesk.settings.faults import faults_in
from keydesk.settings.key_paths import path_text
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.sources.yaml_text import Lines, YamlError, read_yaml
from keydesk.settings.values import GroupRef


class PeopleFileError(Exception):
    """The people file is not valid. `faults` has a line for each mistake: file, path, expected value and line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class FileGroup(Section):
    """A group with its parent. List a group with several parents several times."""

    ref: GroupRef
    parent: GroupRef


class PeopleFile(Section):
    people: tuple[DirectoryPerson, ...] = ()
    groups: tuple[FileGroup, ...] = ()

    @rule
    def _refs_are_unique(self) -> Faults:
        return repeated_people(self.people)

    @property
    def parents(self) -> dict[str, list[str]]:
        """Return the direct parents of each group."""
        parents: dict[str, list[str]] = {}
        for group in self.groups:
            parents.setdefault(group.ref, []).append(group.parent)
        return parents


def read_people_file(path: Path) -> PeopleFile:
    """Return the people and groups in the file. Raises PeopleFileError."""
    content = _content(path)
    try:
        return PeopleFile.model_validate(content)
    except ValidationError as error:
        lines = Lines(path)
        faults = faults_in(error, PeopleFile, content)
        raise PeopleFileError(
            [f"{path}: {path_text(at)}: {expected} (line {lines.line(at)})" for at, expected in faults]
        ) from None


def _content(path: Path) -> Any:
    try:
        content = read_yaml(path)
    except OSError as error:
        raise PeopleFileError([f"{path}: cannot be read ({error.strerror})"]) from None
    except YamlError as error:
        raise PeopleFileError([f"{path}: {error}"]) from None
    if not isinstance(content, dict):
        raise PeopleFileError([f"{path}: expected a mapping with people and groups"])
    return content
