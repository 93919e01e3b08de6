"""The directory with a real Backstage's catalog."""

import asyncio

import pytest
from pydantic import SecretStr

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.directory.entry import Entry
from keydesk.kit.clock import utc_now
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from tests.contract.directory.conftest import Backstage

pytestmark = [pytest.mark.anyio, pytest.mark.real_backstage]
JANE, BOB, NEWBIE, STRANGER = (
    Person(f"user:default/{name}") for name in ("jane", "bob", "newbie", "stranger")
)


async def test_jane_is_found_with_her_groups(directory: BackstageDirectory) -> None:
    assert await directory.find(JANE) == Entry(
        JANE.ref,
        "jane@example.com",
        "Jane Doe",
        frozenset({"group:default/litellm-admins", "group:default/litellm-team-admins"}),
    )


async def test_bob_is_found_without_groups(directory: BackstageDirectory) -> None:
    assert await directory.find(BOB) == Entry(BOB.ref, "bob@example.com", "Bob")


async def test_newbie_is_in_the_parent_of_their_group_too(directory: BackstageDirectory) -> None:
    newbie = await directory.find(NEWBIE)
    assert newbie is not None
    assert newbie.groups == {"group:default/ai-power-users", "group:default/ai-parent"}


@pytest.mark.parametrize(
    "ref", [STRANGER.ref, "user:other/bob", "user:default/bob@evil.example", "user:default/a+b"]
)
async def test_other_people_are_unknown(directory: BackstageDirectory, ref: str) -> None:
    assert await directory.find(Person(ref)) is None


async def test_many_people_are_looked_up_together(directory: BackstageDirectory) -> None:
    one_by_one = await asyncio.gather(*map(directory.find, (JANE, BOB, NEWBIE, STRANGER)))
    found = await directory.find_many([JANE, BOB, NEWBIE, STRANGER])
    assert [found[person.ref] for person in (JANE, BOB, NEWBIE, STRANGER)] == one_by_one


async def test_three_hundred_unknown_people_can_be_looked_up(directory: BackstageDirectory) -> None:
    crowd = [Person(f"user:default/{'x' * 50}-{number}") for number in range(300)]
    found = await directory.find_many([*crowd, JANE])
    assert [ref for ref, entry in found.items() if entry is not None] == [JANE.ref]


@pytest.mark.parametrize("token", ["wrong", "a.b.c"])
async def test_with_a_wrong_credential_the_lookup_fails(
    backstage: Backstage, http_client: HttpClient, token: str
) -> None:
    catalog = Catalog(http_client, backstage.url, SecretStr(token))
    directory = BackstageDirectory(CachedCatalog(catalog, utc_now))
    with pytest.raises(DirectoryUnavailable):
        await directory.find(JANE)
    with pytest.raises(DirectoryUnavailable):
        await directory.find(STRANGER)
