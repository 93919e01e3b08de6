"""An empty audit log, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.audit.logs import Log, opened_log


@pytest.fixture
async def log(empty_database: str) -> AsyncIterator[Log]:
    async with opened_log(empty_database) as log:
        yield log
