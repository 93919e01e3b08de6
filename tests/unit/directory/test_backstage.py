"""People in Backstage's catalog."""

import json

import pytest
from pydantic import SecretStr

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Annotations, Catalog
from keydesk.directory.entry import Entry
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from tests.unit.directory.catalog_stand_in import TOKEN, CatalogStandIn
from tests.unit.directory.held_clock import ControlledClock

pytestmark = pytest.mark.anyio


async def test_jane_is_found_with_her_profile_and_the_parents_of_her_groups(
    directory: BackstageDirectory, jane: Person
) -> None:
    assert await directory.find(jane) == Entry(
        "user:default/jane",
        "jane@example.com",
        "Jane Doe",
        frozenset({"group:default/admins", "group:default/platform", "group:default/engineering"}),
    )


async def test_bob_is_found_without_groups(directory: BackstageDirectory, bob: Person) -> None:
    assert await directory.find(bob) == Entry("user:default/bob", "bob@example.com", "Bob")


async def test_a_stranger_is_unknown(directory: BackstageDirectory) -> None:
    assert await directory.find(Person("user:default/stranger")) is None


async def test_a_user_in_another_namespace_is_another_person(directory: BackstageDirectory) -> None:
    assert await directory.find(Person("user:other/bob")) is None


@pytest.mark.parametrize("profile", [{}, {"email": ""}, {"email": None, "displayName": 7}])
async def test_a_profile_may_be_empty(
    directory: BackstageDirectory, backstage: CatalogStandIn, profile: dict[str, object]
) -> None:
    backstage.user("carol", **profile)
    assert await directory.find(Person("user:default/carol")) == Entry("user:default/carol")


async def test_an_entity_may_have_no_spec(directory: BackstageDirectory, backstage: CatalogStandIn) -> None:
    backstage.entities["user:default/carol"] = {"kind": "User", "metadata": {"name": "carol"}}
    assert await directory.find(Person("user:default/carol")) == Entry("user:default/carol")


async def test_references_of_groups_are_compared_in_lower_case(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.user("Carol", "Group:Default/Admins")
    carol = await directory.find(Person("user:default/carol"))
    assert carol is not None
    assert "group:default/admins" in carol.groups
    assert "group:default/engineering" in carol.groups


async def test_only_relations_to_groups_count(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.user("carol", "component:default/wiki")
    backstage.entities["user:default/carol"]["relations"] += [
        {"type": "ownerOf", "targetRef": "group:default/admins"},
        {"type": "childOf", "targetRef": "group:default/platform"},
    ]
    carol = await directory.find(Person("user:default/carol"))
    assert carol is not None
    assert carol.groups == frozenset()


async def test_a_group_without_an_entity_counts_and_has_no_parents(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.user("carol", "group:default/ghosts")
    carol = await directory.find(Person("user:default/carol"))
    assert carol is not None
    assert carol.groups == {"group:default/ghosts"}


async def test_circular_groups_are_followed_once(
    directory: BackstageDirectory, backstage: CatalogStandIn, jane: Person
) -> None:
    backstage.group("engineering", "group:default/admins", "group:default/engineering")
    entry = await directory.find(jane)
    assert entry is not None
    assert entry.groups == {"group:default/admins", "group:default/platform", "group:default/engineering"}
    assert len(backstage.requests) == 4


async def test_a_group_can_have_several_parents(
    directory: BackstageDirectory, backstage: CatalogStandIn, jane: Person
) -> None:
    backstage.group("admins", "group:default/platform", "group:default/security")
    entry = await directory.find(jane)
    assert entry is not None
    assert {"group:default/engineering", "group:default/security"} <= entry.groups


async def test_endlessly_nested_groups_are_a_failure(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    for level in range(40):
        backstage.group(f"level-{level}", f"group:default/level-{level + 1}")
    backstage.user("carol", "group:default/level-0")
    with pytest.raises(DirectoryUnavailable):
        await directory.find(Person("user:default/carol"))


@pytest.mark.parametrize(
    "ref", ["user:default/Jane", "jane", "group:default/admins", "user:a/b/c", "user:default/a b", ""]
)
async def test_invalid_names_are_not_looked_up(
    directory: BackstageDirectory, backstage: CatalogStandIn, ref: str
) -> None:
    assert await directory.find(Person(ref)) is None
    assert not backstage.requests


async def test_calls_have_the_configured_token_and_request_only_needed_fields(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person
) -> None:
    await directory.find(bob)
    request = backstage.requests[0]
    assert str(request.url) == "http://backstage.test/api/catalog/entities/by-refs"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "relations" in json.loads(request.content)["fields"]
    assert "spec" not in json.loads(request.content)["fields"]


async def test_a_group_has_the_title_of_its_profile_or_of_its_metadata(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.group("search", displayName="Search and Ranking", title="Search")
    backstage.group("ads", title="Advertising")
    titles = await directory.titles([f"group:default/{name}" for name in ("search", "ads", "admins", "gone")])
    assert titles == {"group:default/search": "Search and Ranking", "group:default/ads": "Advertising"}


async def test_annotations_can_be_a_cost_center_and_labels(
    http_client: HttpClient, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    annotations = {"example.com/center": "4711", "example.com/department": "Research", "other": "x"}
    backstage.entities[jane.ref]["metadata"]["annotations"] = annotations
    names = Annotations("example.com/center", {"department": "example.com/department", "project": "missing"})
    catalog = Catalog(http_client, "http://backstage.test/", SecretStr(TOKEN), names)
    directory = BackstageDirectory(CachedCatalog(catalog, clock))
    found = await directory.find(jane)
    await directory.aclose()
    assert found is not None
    assert (found.cost_center, found.labels) == ("4711", (("department", "Research"),))
