"""Which groups exist, and their parents, in every directory."""

import pytest

from keydesk.directory.assembly import Chain, ClaimsDirectory
from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.static import StaticDirectory
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import DirectoryPerson
from tests.unit.directory.catalog_stand_in import CatalogStandIn, unreachable

pytestmark = pytest.mark.anyio
ADMINS, PLATFORM, ENGINEERING = (f"group:default/{name}" for name in ("admins", "platform", "engineering"))
NOWHERE = "group:default/nowhere"


async def test_the_catalog_returns_a_group_and_its_parents(directory: BackstageDirectory) -> None:
    assert await directory.lineage(ADMINS) == frozenset({ADMINS, PLATFORM, ENGINEERING})
    assert await directory.lineage(ENGINEERING) == frozenset({ENGINEERING})


async def test_a_group_missing_in_the_catalog_is_unknown(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.user("carol", NOWHERE)
    assert await directory.lineage(NOWHERE) is None


async def test_groups_cannot_be_looked_up_while_the_catalog_is_unavailable(
    directory: BackstageDirectory, backstage: CatalogStandIn
) -> None:
    backstage.trouble = unreachable
    with pytest.raises(DirectoryUnavailable):
        await directory.lineage(ADMINS)


def written() -> StaticDirectory:
    jane = DirectoryPerson(ref="jane", groups=("admins",))
    return StaticDirectory([jane], {ADMINS: [PLATFORM], "group:default/empty": [ENGINEERING]})


@pytest.mark.parametrize(
    ("group", "lineage"),
    [
        (ADMINS, frozenset({ADMINS, PLATFORM})),
        (PLATFORM, frozenset({PLATFORM})),
        ("group:default/empty", frozenset({"group:default/empty", ENGINEERING})),
        (NOWHERE, None),
    ],
)
async def test_the_configuration_has_groups_with_and_without_people(
    group: str, lineage: frozenset[str] | None
) -> None:
    assert await written().lineage(group) == lineage


async def test_two_directories_are_combined(directory: BackstageDirectory) -> None:
    both = Chain(written(), directory)
    assert await both.lineage(ADMINS) == frozenset({ADMINS, PLATFORM, ENGINEERING})
    assert await both.lineage("group:default/empty") == frozenset({"group:default/empty", ENGINEERING})
    assert await both.lineage(NOWHERE) is None


async def test_any_group_may_exist_if_tokens_contain_the_groups() -> None:
    assert await ClaimsDirectory().lineage(NOWHERE) == frozenset({NOWHERE})
