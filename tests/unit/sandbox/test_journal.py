"""Calls are counted, so that tests can assert how many a feature makes."""

import pytest

from keydesk_sandbox import Fault
from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio


async def test_calls_are_counted_by_method_and_path(bench: Bench) -> None:
    await bench.person()
    await bench.get("/user/info", user_id="alice")
    await bench.get("/user/info", user_id="alice")
    assert bench.journal.count("GET", "/user/info") == 2
    assert bench.journal.count(path="/user/new") == 1
    assert bench.journal.count() == 3


async def test_failed_calls_are_counted_too(bench: Bench) -> None:
    bench.faults.set(Fault(outage="refuse"))
    await bench.call("GET", "/key/list")
    assert bench.journal.count("GET", "/key/list") == 1


async def test_the_count_is_read_and_reset_over_http(bench: Bench) -> None:
    await bench.get("/key/list")
    assert await bench.get("/sandbox/calls") == {
        "total": 1,
        "calls": [{"method": "GET", "path": "/key/list", "count": 1}],
    }
    await bench.call("DELETE", "/sandbox/calls")
    assert (await bench.get("/sandbox/calls"))["total"] == 0
