"""Reads the static directory's people from a YAML file of their own, and explains every mistake in it.

people:
  - {ref: jane, email: jane@example.com, displayName: Jane Doe, groups: [ai-power-users]}
groups:
  - {ref: ai-power-users, parent: ai}
"""

from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from keydesk.settings import DirectoryPerson, GroupRef, Section
from keydesk.settings.faults import faults_in
from keydesk.settings.key_paths import path_text
from keydesk.settings.sources.yaml_text import YamlError, read_yaml


class PeopleFileError(Exception):
    """The file cannot be used. `faults` has one line a mistake: file, path in it, and what was expected."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class FileGroup(Section):
    """That a group is part of another. A group with several parents is listed several times."""

    ref: GroupRef
    parent: GroupRef


class PeopleFile(Section):
    people: tuple[DirectoryPerson, ...] = ()
    groups: tuple[FileGroup, ...] = ()

    @property
    def parents(self) -> dict[str, list[str]]:
        """Each group's direct parents."""
        parents: dict[str, list[str]] = {}
        for group in self.groups:
            parents.setdefault(group.ref, []).append(group.parent)
        return parents


def read_people_file(path: Path) -> PeopleFile:
    """The people and groups in the file. Raises PeopleFileError."""
    content = _content(path)
    try:
        file = PeopleFile.model_validate(content)
    except ValidationError as error:
        faults = faults_in(error, PeopleFile)
        raise PeopleFileError([f"{path}: {path_text(at)}: {expected}" for at, expected in faults]) from None
    listed = Counter(person.ref for person in file.people)
    if twice := [ref for ref, times in listed.items() if times > 1]:
        raise PeopleFileError([f"{path}: people: expected {ref} only once" for ref in twice])
    return file


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
