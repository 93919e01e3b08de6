"""Stores the configuration of the last start, without secrets."""

from typing import Any

from sqlalchemy import select

from keydesk.storage.database import Database
from keydesk.storage.tables import audit_configuration

_NAME = "last start"


class ConfigurationStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> dict[str, Any] | None:
        query = select(audit_configuration.c.settings).where(audit_configuration.c.name == _NAME)
        async with self._database.reading() as connection:
            return await connection.scalar(query)

    async def remember(self, settings: dict[str, Any]) -> None:
        statement = self._database.insert_into(audit_configuration).values(name=_NAME, settings=settings)
        statement = statement.on_conflict_do_update(
            index_elements=[audit_configuration.c.name], set_={"settings": statement.excluded.settings}
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)
