"""A fresh sandbox in memory for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.sandbox.bench import Bench, bench_with


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with bench_with() as running:
        yield running
