"""A notice is stored once, however often it is added, together with the change that it is about."""

import asyncio

import pytest
from sqlalchemy import func, select

from keydesk.notices.models import Kind, Notice
from keydesk.notices.outbox import Outbox
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import notices
from tests.unit.notices.conftest import BOB, expiring

pytestmark = pytest.mark.anyio


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(notices)) or 0


async def test_a_notice_that_two_replicas_add_is_stored_once(
    database: Database, same_database: Database
) -> None:
    outboxes = [Outbox(each, has_channels=True) for each in (database, same_database)]

    await asyncio.gather(*(outbox.add([expiring()]) for outbox in outboxes for _ in range(5)))

    assert await count(database) == 1


async def test_each_part_of_the_identity_makes_another_notice(database: Database, outbox: Outbox) -> None:
    await outbox.add([expiring(), expiring(days=1), expiring(key="key_b"), expiring(BOB)])
    await outbox.add(
        [Notice(Kind.KEY_EXPIRED, BOB, "key_b"), Notice(Kind.KEY_EXPIRED, BOB, "key_b", "", "2")]
    )

    assert await count(database) == 6


async def test_many_notices_fit_into_one_call(database: Database, outbox: Outbox) -> None:
    await outbox.add(expiring(key=f"key_{number}") for number in range(1203))

    assert await count(database) == 1203


async def test_the_statements_run_in_the_transaction_of_the_change(
    database: Database, outbox: Outbox
) -> None:
    async def failing() -> None:
        async with database.writing() as connection:
            for statement in outbox.adding([expiring()]):
                await connection.execute(statement)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()

    assert await count(database) == 0


async def test_without_a_channel_nothing_is_stored(database: Database) -> None:
    outbox = Outbox(database, has_channels=False)

    assert outbox.adding([expiring()]) == []
    await outbox.add([expiring()])
    assert await count(database) == 0


async def test_a_secret_in_a_value_is_redacted(database: Database, outbox: Outbox) -> None:
    secret = "sk-" + "a" * 22
    await outbox.add(
        [Notice(Kind.KEY_LEAKED, BOB, "key_a", values={"place": f"https://example.com/?k={secret}"})]
    )

    async with database.reading() as connection:
        assert await connection.scalar(select(notices.c.details)) == {
            "place": "https://example.com/?k=[hidden]"
        }
