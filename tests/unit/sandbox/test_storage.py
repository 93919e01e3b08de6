"""The database: in memory or in a file, atomic transactions, and several sandboxes in one process."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.storage import Store
from tests.unit.sandbox.bench import Bench, bench_with

pytestmark = pytest.mark.anyio


async def test_a_file_keeps_accounts_and_invisible_spend(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with bench_with(database=database) as bench:
        await bench.person()
        key = await bench.key(user_id="alice")
        await bench.chat(key)
    async with bench_with(database=database) as again:
        assert (await again.get("/v2/user/info", user_id="alice"))["spend"] > 1


async def test_sandboxes_in_one_process_are_independent(bench: Bench) -> None:
    async with bench_with(master_key=SecretStr("sk-another-master")) as other:
        await bench.person()
        answer = await other.call("GET", "/v2/user/info", "sk-another-master", params={"user_id": "alice"})
        assert answer.status_code == 404


async def test_the_database_is_opened_by_the_first_call(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    app = create_sandbox(SandboxConfig(database=database))
    assert not database.exists()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://sandbox") as http:
        assert (await http.get("/health/readiness")).status_code == 200
    assert database.exists()
    await app.state.store.close()


async def test_a_failed_transaction_is_rolled_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.db")

    def add_and_fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO objects VALUES ('kind', 'id', '{}')")
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(add_and_fail)
    count: int = await store.read(lambda db: db.execute("SELECT count(*) FROM objects").fetchone()[0])
    assert count == 0
    await store.close()


async def test_one_of_twenty_parallel_accounts_with_the_same_id_is_created(bench: Bench) -> None:
    async def attempt(number: int) -> httpx2.Response:
        body: dict[str, Any] = {"user_id": "alice", "user_alias": f"Alice {number}"}
        return await bench.call("POST", "/user/new", json=body)

    answers = await asyncio.gather(*(attempt(number) for number in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    (first,) = [answer.json() for answer in answers if answer.status_code == 200]
    stored = await bench.get("/user/info", user_id="alice")
    assert stored["user_info"]["user_alias"] == first["user_alias"]
    assert len(stored["keys"]) == 1


async def test_the_secret_of_a_key_is_not_in_the_database(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with bench_with(database=database) as bench:
        secret = await bench.key(key_alias="laptop")
        await bench.chat(secret)
    assert secret.encode() not in database.read_bytes()


async def test_every_route_is_in_the_openapi_document(bench: Bench) -> None:
    document = await bench.get("/openapi.json")
    assert document["info"]["version"] == "1.109.1"
    assert {"/user/new", "/key/{key}/reset_spend", "/v1/chat/completions"} <= set(document["paths"])


async def test_a_license_enables_the_licensed_features() -> None:
    async with bench_with(enterprise=True) as licensed:
        await licensed.post("/key/generate", guardrails=["strict"])
        await licensed.post("/team/new", team_id="red")
        await licensed.post("/team/member_add", team_id="red", member={"role": "admin", "user_id": "alice"})
