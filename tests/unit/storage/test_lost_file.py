"""A SQLite file that is deleted or replaced under a running process: nothing is written into what nobody will find."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.storage.migrate import migrate
from tests.unit.storage.conftest import opened

pytestmark = pytest.mark.anyio

A_LEASE = text("insert into leases values ('job', 'me', '2026-01-01')")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


def delete(file: Path) -> None:
    file.unlink()


def is_there(file: Path) -> bool:
    return file.exists()


def move(file: Path, there: Path) -> None:
    file.replace(there)


@pytest.fixture
async def on_file(file: Path) -> AsyncIterator[Database]:
    database = opened(f"sqlite:///{file}")
    await migrate(database)
    yield database
    await database.close()


async def test_a_file_that_was_deleted_is_neither_written_nor_made_anew(
    on_file: Database, file: Path
) -> None:
    delete(file)
    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(STORAGE_FAILURES):
                await on_file.check()
            with pytest.raises(STORAGE_FAILURES):
                async with on_file.writing() as connection:
                    await connection.execute(A_LEASE)
    assert not is_there(file)
    assert [(line["event"], line["log_level"]) for line in lines] == [("database_file_lost", "critical")]


async def test_another_file_in_its_place_is_not_taken_for_it(on_file: Database, file: Path) -> None:
    backup = opened(f"sqlite:///{file.with_name('backup.db')}")
    await migrate(backup)
    await backup.close()
    move(file.with_name("backup.db"), file)
    with pytest.raises(STORAGE_FAILURES):
        async with on_file.writing() as connection:
            await connection.execute(A_LEASE)


async def test_the_same_file_back_in_its_place_is_used_again(on_file: Database, file: Path) -> None:
    aside = file.with_name("aside.db")
    move(file, aside)
    with pytest.raises(STORAGE_FAILURES):
        await on_file.check()
    move(aside, file)
    async with on_file.writing() as connection:
        await connection.execute(A_LEASE)
    async with on_file.reading() as connection:
        assert await connection.scalar(text("select holder from leases")) == "me"
