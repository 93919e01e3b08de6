"""The people file: its content, and its error messages."""

from pathlib import Path

import pytest

from keydesk.directory.static import StaticDirectory
from keydesk.kit.people import Person
from keydesk.settings.people_file import PeopleFile, PeopleFileError, read_people_file

PEOPLE = """
people:
  - {ref: Jane, email: jane@example.com, displayName: Jane Doe, groups: [AI-Power-Users]}
  - ref: user:other/bob
groups:
  - {ref: ai-power-users, parent: ai}
  - {ref: ai, parent: group:default/engineering}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.yaml"


@pytest.fixture
def content(file: Path) -> PeopleFile:
    file.write_text(PEOPLE)
    return read_people_file(file)


@pytest.mark.anyio
async def test_a_file_has_people_and_parents_of_groups(content: PeopleFile) -> None:
    jane = await StaticDirectory(content.people, content.parents).find(Person("user:default/jane"))
    assert jane is not None
    assert (jane.email, jane.display_name) == ("jane@example.com", "Jane Doe")
    assert jane.groups == {"group:default/ai-power-users", "group:default/ai", "group:default/engineering"}
    assert [person.ref for person in content.people] == ["user:default/jane", "user:other/bob"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("people: [{ref: 'group:jane'}]", "people[0].ref: expected an entity reference such as user:"),
        ("people: [{ref: 7}]", "people[0].ref: expected a string"),
        ("people: [{email: a@b.c}]", "people[0].ref: is required"),
        ("people: [{ref: a, mail: a@b.c}]", "people[0].mail: is not a setting"),
        (
            "people: [{ref: a, groups: ['user:b']}]",
            "people[0].groups[0]: expected an entity reference such as group:",
        ),
        ("people: [{ref: a, groups: admins}]", "people[0].groups: expected a list"),
        ("people: {ref: a}", "people: expected a list"),
        ("people: [jane]", "people[0]: expected a mapping"),
        ("people: [{ref: a}, {ref: 'user:default/A'}]", "people[1].ref: is listed more than once"),
        ("groups: [{ref: a}]", "groups[0].parent: is required"),
        ("teams: []", "teams: is not a setting"),
        ("- ref: a", "expected a mapping with people and groups"),
        ("", "expected a mapping with people and groups"),
        ("people: []\npeople: []", "is not valid YAML, or repeats a name at line 2"),
        ("people:\n  - {ref: a\n", "is not valid YAML, or repeats a name at line 3"),
    ],
)
def test_every_error_has_file_path_and_expectation(file: Path, text: str, fault: str) -> None:
    file.write_text(text)
    with pytest.raises(PeopleFileError) as refusal:
        read_people_file(file)
    assert refusal.value.faults[0].startswith(f"{file}: {fault}")


def test_all_errors_are_reported_together(file: Path) -> None:
    file.write_text("people: [{ref: 7}, {}]\ngroups: [{}]")
    with pytest.raises(PeopleFileError) as refusal:
        read_people_file(file)
    assert len(refusal.value.faults) == 4


def test_a_missing_file_is_reported(file: Path) -> None:
    with pytest.raises(PeopleFileError, match=r"people\.yaml: cannot be read"):
        read_people_file(file)


def test_a_binary_file_is_reported(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00people")
    with pytest.raises(PeopleFileError, match="is not UTF-8 text"):
        read_people_file(file)
