"""Remembers which accounts the key desk provisioned, and with what."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from keydesk.accounts.models import AppliedSettings
from keydesk.storage.database import Database
from keydesk.storage.tables import accounts


class AccountStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, user_id: str, ref: str, applied: AppliedSettings, at: datetime) -> None:
        """Note what was applied; an account that was deleted in LiteLLM and made anew is noted anew."""
        insert = sqlite_insert if self._database.is_sqlite else postgres_insert
        statement = insert(accounts).values(user_id=user_id, ref=ref, applied=applied, provisioned_at=at)
        statement = statement.on_conflict_do_update(
            index_elements=[accounts.c.user_id],
            set_={"applied": statement.excluded.applied, "provisioned_at": statement.excluded.provisioned_at},
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)
