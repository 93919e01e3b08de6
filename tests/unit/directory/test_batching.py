"""Concurrent lookups share few calls to the catalog."""

import asyncio

import httpx2
import pytest
from anyio import wait_all_tasks_blocked
from pydantic import SecretStr

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.catalog import Catalog, CatalogError
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from tests.unit.directory.catalog_stand_in import TOKEN, CatalogStandIn, unreachable

pytestmark = pytest.mark.anyio


def crowd(backstage: CatalogStandIn, size: int) -> list[Person]:
    for number in range(size):
        backstage.user(f"dev-{number}", "group:default/admins", email=f"dev-{number}@example.com")
    return [Person(f"user:default/dev-{number}") for number in range(size)]


async def test_fifty_parallel_lookups_make_one_call_and_one_per_level_of_groups(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    entries = await asyncio.gather(*map(directory.find, crowd(backstage, 50)))
    assert [entry and entry.email for entry in entries] == [
        f"dev-{number}@example.com" for number in range(50)
    ]
    assert [len(refs) for refs in backstage.asked] == [50, 1, 1, 1]


async def test_five_parallel_lookups_of_one_person_are_one(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person
) -> None:
    await asyncio.gather(*(directory.find(bob) for _ in range(5)))
    assert backstage.asked == [["user:default/bob"]]


async def test_a_lookup_waits_for_a_running_call_with_the_same_person(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person
) -> None:
    backstage.gate = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(directory.find(bob))
        await wait_all_tasks_blocked()
        late = tasks.create_task(directory.find(bob))
        backstage.gate.set()
    assert late.result() is not None
    assert len(backstage.requests) == 1


async def test_a_call_has_at_most_a_hundred_references(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    found = await directory.find_many(crowd(backstage, 250))
    assert len(found) == 250
    assert all(entry is not None and len(entry.groups) == 3 for entry in found.values())
    assert sorted(len(refs) for refs in backstage.asked) == [1, 1, 1, 50, 100, 100]


async def test_a_lookup_of_many_separates_unknown_from_known_people(
    directory: BackstageDirectory, bob: Person
) -> None:
    stranger = Person("user:default/stranger")
    found = await directory.find_many([bob, stranger, bob])
    assert found[stranger.ref] is None
    assert found[bob.ref] is not None
    assert len(found) == 2


async def test_a_lookup_of_nobody_makes_no_call(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    assert await directory.find_many([]) == {}
    assert not backstage.requests


async def test_a_cancelled_caller_does_not_cancel_the_lookup_for_others(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person
) -> None:
    backstage.gate = asyncio.Event()
    impatient, patient = (asyncio.create_task(directory.find(bob)) for _ in range(2))
    await wait_all_tasks_blocked()
    impatient.cancel()
    backstage.gate.set()
    assert await patient is not None
    assert impatient.cancelled()
    assert len(backstage.requests) == 1


async def test_a_queued_lookup_fails_with_the_call_before_it(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.gate, backstage.trouble = asyncio.Event(), unreachable
    waiting = []
    for number in range(20):
        waiting.append(asyncio.create_task(directory.find(Person(f"user:default/new-{number}"))))
        await wait_all_tasks_blocked()
    backstage.gate.set()
    refusals = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(refusal) for refusal in refusals} == {DirectoryUnavailable}
    assert len(backstage.requests) == 4


async def test_groups_with_very_many_members_are_requested_in_halves(backstage: CatalogStandIn) -> None:
    names = [f"crowd-{number}" for number in range(8)]
    for name in names:
        backstage.group(name, "group:default/engineering")
        members = [{"type": "hasMember", "targetRef": f"user:default/{'x' * 50}"} for _ in range(100)]
        backstage.entities[f"group:default/{name}"]["relations"] += members
    http_client = HttpClient(transport=httpx2.MockTransport(backstage), max_response_bytes=25_000)
    catalog = Catalog(http_client, "http://backstage.test", SecretStr(TOKEN))
    found = await catalog.entities([f"group:default/{name}" for name in names])
    assert all(group and group.groups == {"group:default/engineering"} for group in found.values())
    assert [len(refs) for refs in backstage.asked] == [8, 4, 2, 2, 4, 2, 2]
    await http_client.aclose()


async def test_one_entity_that_is_too_large_is_a_failure(backstage: CatalogStandIn) -> None:
    http_client = HttpClient(transport=httpx2.MockTransport(backstage), max_response_bytes=20)
    with pytest.raises(CatalogError, match="too_large"):
        await Catalog(http_client, "http://backstage.test", SecretStr(TOKEN)).entities(["user:default/bob"])
    await http_client.aclose()
