"""Keys of one person in a known order, for tests of lists."""

from dataclasses import dataclass

from tests.support.upstream.making import Maker, Person, Team, VirtualKey


@dataclass(frozen=True)
class Shelf:
    """Keys of one person, oldest first. The first two belong to a team."""

    owner: Person
    team: Team
    keys: list[VirtualKey]


async def make_shelf(make: Maker, count: int) -> Shelf:
    owner = await make.person()
    team = await make.team(owner)
    return Shelf(owner, team, [await make.key(owner, team if n < 2 else None) for n in range(count)])
