"""Keydesk does not write to a SQLite file that was deleted or replaced while it runs."""

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


async def test_a_deleted_file_is_neither_written_nor_created_again(on_file: Database, file: Path) -> None:
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


async def test_a_replaced_file_is_detected(on_file: Database, file: Path) -> None:
    backup = opened(f"sqlite:///{file.with_name('backup.db')}")
    await migrate(backup)
    await backup.close()
    move(file.with_name("backup.db"), file)
    with pytest.raises(STORAGE_FAILURES):
        async with on_file.writing() as connection:
            await connection.execute(A_LEASE)


async def test_a_restored_file_is_used_again(on_file: Database, file: Path) -> None:
    aside = file.with_name("aside.db")
    move(file, aside)
    with pytest.raises(STORAGE_FAILURES):
        await on_file.check()
    move(aside, file)
    async with on_file.writing() as connection:
        await connection.execute(A_LEASE)
    async with on_file.reading() as connection:
        assert await connection.scalar(text("select holder from leases")) == "me"
