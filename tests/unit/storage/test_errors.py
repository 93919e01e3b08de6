"""Messages of database errors, which are logged, contain no parameters."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database

pytestmark = pytest.mark.anyio
SAID = "jane@example.com"


async def test_an_error_message_does_not_contain_parameters(empty_database: str) -> None:
    database = Database(DatabaseSettings(url=SecretStr(empty_database)))
    try:
        for way in (database.reading, database.writing):
            with pytest.raises(SQLAlchemyError) as failure:
                async with way() as connection:
                    await connection.execute(text("select * from nowhere where name = :said"), {"said": SAID})
            assert "nowhere" in str(failure.value)
            assert SAID not in str(failure.value)
    finally:
        await database.close()
