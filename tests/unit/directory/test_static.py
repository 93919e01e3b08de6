"""People in the configuration."""

import pytest

from keydesk.directory.static import StaticDirectory
from keydesk.kit.people import Person
from keydesk.settings import DirectoryPerson

pytestmark = pytest.mark.anyio
ALICE = Person("user:default/alice")
STRANGER = Person("user:default/stranger")


@pytest.fixture
def directory() -> StaticDirectory:
    alice = DirectoryPerson(ref="Alice", email="alice@example.com", groups=("Admins",))
    bob = DirectoryPerson(ref="bob", display_name="Aaron")
    return StaticDirectory([alice, bob], {"group:default/admins": ["group:default/platform"]})


async def test_alice_is_in_her_group_and_its_parent(directory: StaticDirectory) -> None:
    alice = await directory.find(ALICE)
    assert alice is not None
    assert alice.groups == {"group:default/admins", "group:default/platform"}


async def test_a_stranger_is_unknown(directory: StaticDirectory) -> None:
    assert await directory.find(STRANGER) is None


async def test_many_people_can_be_looked_up_together(directory: StaticDirectory) -> None:
    found = await directory.find_many([ALICE, STRANGER])
    assert found == {ALICE.ref: await directory.find(ALICE), STRANGER.ref: None}


def test_people_are_listed_by_name(directory: StaticDirectory) -> None:
    assert [entry.ref for entry in directory.everybody()] == ["user:default/bob", "user:default/alice"]
