"""A process that records changes in parallel: `python -m tests.resilience.audit.writing_changes FIRST COUNT`.

The database's URL comes from the environment, because other users can read a command line.
"""

import asyncio
import os
import sys

from pydantic import SecretStr

from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from tests.unit.audit.logs import log_over

URL_VARIABLE = "AUDIT_DATABASE_URL"


async def write_changes(url: str, first: int, count: int) -> None:
    """Record `count` changes in parallel, of the keys from `k<first>` on. Wait for a line of input before starting."""
    database = Database(DatabaseSettings(url=SecretStr(url)))
    log = log_over(database)
    try:
        await database.check()
        print("ready", flush=True)  # noqa: T201 - the parent waits for it
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(log.made(f"k{number}") for number in range(first, first + count)))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(write_changes(os.environ[URL_VARIABLE], int(sys.argv[1]), int(sys.argv[2])))
