"""The static directory in front of Backstage's catalog."""

import pytest

from keydesk.directory.assembly import Chain
from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.static import StaticDirectory
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import DirectoryPerson
from tests.unit.directory.catalog_stand_in import CatalogStandIn, unreachable

pytestmark = pytest.mark.anyio
ROBOT = Person("user:default/robot")
STRANGER = Person("user:default/stranger")


@pytest.fixture
def chain(directory: BackstageDirectory) -> Chain:
    people = [
        DirectoryPerson(ref="robot", email="robot@example.com"),
        DirectoryPerson(ref="jane", email="jane@static.example"),
    ]
    return Chain(StaticDirectory(people), directory)


async def test_people_of_the_configuration_are_not_looked_up(
    chain: Chain, backstage: CatalogStandIn, jane: Person
) -> None:
    entry = await chain.find(jane)
    assert entry is not None
    assert entry.email == "jane@static.example"
    assert not backstage.requests


async def test_other_people_are_looked_up(chain: Chain, bob: Person) -> None:
    assert await chain.find(bob) is not None
    assert await chain.find(STRANGER) is None


async def test_people_from_both_directories_are_found(
    chain: Chain, backstage: CatalogStandIn, bob: Person
) -> None:
    found = await chain.find_many([ROBOT, bob, STRANGER])
    assert {ref: entry and entry.email for ref, entry in found.items()} == {
        ROBOT.ref: "robot@example.com",
        bob.ref: "bob@example.com",
        STRANGER.ref: None,
    }
    assert ROBOT.ref not in backstage.asked[0]


async def test_people_of_the_configuration_are_found_while_the_catalog_is_unavailable(
    chain: Chain, backstage: CatalogStandIn, bob: Person
) -> None:
    backstage.trouble = unreachable
    assert await chain.find(ROBOT) is not None
    assert await chain.find_many([ROBOT])
    with pytest.raises(DirectoryUnavailable):
        await chain.find(bob)
