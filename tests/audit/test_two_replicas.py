"""Ten thousand changes at a time over two replicas leave one unbroken chain with nothing missing."""

import asyncio
from collections import Counter

import pytest
from pydantic import SecretStr

from keydesk.audit.entries import Kind
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from tests.desk.storage import Storage
from tests.unit.audit.logs import log_over, opened_log

pytestmark = pytest.mark.anyio
CHANGES = {"sqlite": 300, "postgres": 10_000}


async def test_concurrent_changes_over_two_replicas_make_one_chain(
    storage: Storage, empty_database: str
) -> None:
    changes = CHANGES[storage.name]
    async with opened_log(empty_database) as here:
        there = log_over(Database(DatabaseSettings(url=SecretStr(empty_database))))
        try:
            replicas = (here, there)
            await asyncio.gather(*(replicas[number % 2].made(f"k{number}") for number in range(changes)))
        finally:
            await there.database.close()
        verdict = await here.verdict()
        assert (verdict.fault, verdict.entries) == (None, 2 * changes)
        kinds: Counter[tuple[str, str | None]] = Counter()
        aliases, ended = set(), set()
        async for entry in here.store.entries():
            kinds[entry.kind, entry.outcome] += 1
            if entry.kind == Kind.INTENT:
                aliases.add((entry.updated_values or {})["alias"])
            else:
                ended.add(entry.object_id)
        assert kinds == {(Kind.INTENT, None): changes, (Kind.OUTCOME, "succeeded"): changes}
        assert aliases == {f"k{number}" for number in range(changes)}
        assert ended == {f"key_of_k{number}" for number in range(changes)}
