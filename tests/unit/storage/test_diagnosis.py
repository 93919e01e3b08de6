"""What an operator reads about a database that cannot be used."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from keydesk.storage.database import PoolTimeout
from keydesk.storage.diagnosis import Diagnosis, diagnosed, folder_problem
from keydesk.storage.inspection import UNUSABLE
from tests.support.desk.storage import STORAGES
from tests.unit.storage.conftest import opened

POSTGRESQL = "postgresql://keydesk:canary@127.0.0.1:1/keydesk"


async def refused(url: str) -> Diagnosis:
    database = opened(url)
    try:
        await database.check()
    except UNUSABLE as error:
        return diagnosed(error, database)
    finally:
        await database.close()
    raise AssertionError("the database can be used")


@pytest.mark.anyio
async def test_a_server_that_is_away() -> None:
    found = await refused(POSTGRESQL)
    assert found.reason.startswith("nothing listens at the host and port in database.url")
    assert "psql" in found.remedy
    assert "canary" not in str(found)


@pytest.mark.anyio
@pytest.mark.parametrize("storage", STORAGES[1:], indirect=True)
@pytest.mark.parametrize(
    ("user", "database", "reason", "command"),
    [
        ("nobody-knows", "postgres", "the user in database.url does not exist", "createuser"),
        (None, "nobody-knows", "the database in database.url does not exist", "createdb"),
    ],
)
async def test_a_server_without_the_user_or_the_database(
    empty_database: str, user: str | None, database: str, reason: str, command: str
) -> None:
    parts = urlsplit(empty_database)
    place = parts.netloc.rpartition("@")[2]
    netloc = parts.netloc if user is None else f"{user}@{place}"
    found = await refused(urlunsplit(parts._replace(netloc=netloc, path=f"/{database}")))
    assert found.reason.startswith(reason)
    assert command in found.remedy


@pytest.mark.parametrize(
    ("text", "reason", "command"),
    [
        (
            'FATAL:  password authentication failed for user "keydesk"',
            "rejects the user name or password",
            "psql",
        ),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "does not accept this user", "sslmode"),
        ("FATAL:  sorry, too many clients already", "no more connections", "database.poolSize"),
        ("FATAL:  the database system is starting up", "starting or recovering", "Wait"),
        ("permission denied for schema public", "lacks a permission", "grant create"),
        ("cannot execute CREATE TABLE in a read-only transaction", "read-only replica", "primary"),
        ("certificate verify failed", "TLS", "sslrootcert"),
        ("connection timeout expired", "does not respond in time", "firewall"),
    ],
)
def test_each_refusal_of_postgresql(text: str, reason: str, command: str) -> None:
    error = OperationalError("select canary", None, psycopg.OperationalError(text))
    found = diagnosed(error, opened(POSTGRESQL))
    assert reason in found.reason
    assert command in found.remedy
    assert "canary" not in str(found)


def test_a_pool_without_a_free_connection() -> None:
    assert "in time" in diagnosed(PoolTimeout("no connection"), opened(POSTGRESQL)).reason


def test_a_folder_that_sqlite_cannot_use(tmp_path: Path) -> None:
    found = folder_problem(opened(f"sqlite:///{tmp_path / 'gone' / 'keydesk.db'}"))
    assert found is not None
    assert f"the folder {tmp_path / 'gone'} does not exist" in found.reason
    assert f"mkdir -p {tmp_path / 'gone'}" in found.remedy
    assert folder_problem(opened(f"sqlite:///{tmp_path / 'keydesk.db'}")) is None
