"""A provider's subject is linked to one person permanently, across processes."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from keydesk.auth.store import LinkStore
from keydesk.kit.problems import NotSignedIn, StorageUnavailable
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from tests.support.desk.migrated import migrated
from tests.unit.auth.peers import StillClock

pytestmark = pytest.mark.anyio

ISSUER = "https://login.example.com/realms/acme"
JANE = "user:default/jane"


@pytest.fixture
def links(database: Database, clock: StillClock) -> LinkStore:
    return LinkStore(database, clock)


async def test_the_first_subject_with_a_name_is_linked_to_it(links: LinkStore) -> None:
    assert await links.ref_for(ISSUER, "1", JANE) == JANE
    assert await links.ref_for(ISSUER, "1", JANE) == JANE


async def test_a_renamed_person_keeps_their_identity(links: LinkStore) -> None:
    await links.ref_for(ISSUER, "1", JANE)

    assert await links.ref_for(ISSUER, "1", "user:default/jane.smith") == JANE
    assert await links.ref_for(ISSUER, "2", "user:default/jane.smith") == "user:default/jane.smith"


async def test_a_linked_name_is_refused_to_the_next_subject(links: LinkStore) -> None:
    await links.ref_for(ISSUER, "1", JANE)

    with pytest.raises(NotSignedIn, match="already linked"):
        await links.ref_for(ISSUER, "2", JANE)


async def test_the_same_subject_at_another_issuer_is_another_person(links: LinkStore) -> None:
    await links.ref_for(ISSUER, "1", JANE)

    with pytest.raises(NotSignedIn):
        await links.ref_for("https://other.example.com", "1", JANE)


async def test_of_twenty_parallel_subjects_exactly_one_gets_the_name(links: LinkStore) -> None:
    answers = await asyncio.gather(
        *(links.ref_for(ISSUER, str(number), JANE) for number in range(20)), return_exceptions=True
    )

    assert answers.count(JANE) == 1
    assert sum(isinstance(answer, NotSignedIn) for answer in answers) == 19


async def test_twenty_parallel_lookups_of_one_subject_find_one_person(links: LinkStore) -> None:
    assert set(await asyncio.gather(*(links.ref_for(ISSUER, "1", JANE) for _ in range(20)))) == {JANE}


async def test_sign_ins_are_refused_while_links_cannot_be_written(tmp_path: Path, clock: StillClock) -> None:
    impatient = DatabaseSettings(
        url=SecretStr(migrated(f"sqlite:///{tmp_path / 'keydesk.db'}")), timeout_seconds=0.01
    )
    database = Database(impatient)

    async with database.writing():
        with pytest.raises(StorageUnavailable):
            await LinkStore(database, clock).ref_for(ISSUER, "1", JANE)
    await database.close()
