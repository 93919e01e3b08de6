"""Makes open changes look older, because their age uses the database's clock."""

from datetime import timedelta

from sqlalchemy import update

from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.tables import audit_open_intents
from tests.support.desk.desk import Desk


async def open_since(desk: Desk, age: timedelta) -> None:
    """Move the time of every open change back by `age`."""
    database = Database(desk.settings.database)
    async with database.writing() as connection:
        await connection.execute(update(audit_open_intents).values(at=database_time(-age)))
    await database.close()
