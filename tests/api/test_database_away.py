"""Keydesk's own database is unavailable: no change is made that cannot be recorded, and no key is lost."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.desk.storage import storage_named
from tests.support.peers.postgres import drop_database
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

LATE = 0.5
"""The delay of the sandbox's responses in seconds, so that something can happen meanwhile."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fragile") / "keydesk.db"


@pytest.fixture(scope="module")
async def fragile(surroundings: Surroundings, database: Path) -> AsyncIterator[Desk]:
    """A Keydesk with its own database and a short database timeout."""
    own = {"url": f"sqlite:///{database}", "timeout_seconds": 0.05}
    async with open_desk(surroundings.settings(database=own)) as desk:
        yield desk


@pytest.fixture(scope="module")
def seized(database: Path) -> Callable[[], AbstractContextManager[None]]:
    """Lock the database for all other writers."""

    @contextmanager
    def hold() -> Iterator[None]:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("begin exclusive")
            yield
            connection.execute("rollback")

    return hold


@pytest.fixture(scope="module")
async def jane(fragile: Desk, surroundings: Surroundings) -> Visitor:
    jane = await fragile.sign_in(surroundings.troupe.next_scene().user_id("jane"))
    await jane.read("/user/info")
    return jane


def keys_upstream(control: SandboxControl, alias: str) -> list[Any]:
    answer = control.http.get("/key/list", params={"key_alias": alias}).raise_for_status()
    keys: list[Any] = answer.json()["keys"]
    return keys


def assert_nothing_happened(answer: httpx2.Response, control: SandboxControl) -> None:
    assert_problem(answer, 503, "storage-unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert control.writes() == []


async def test_no_key_is_created(jane: Visitor, control: SandboxControl, seized: Any) -> None:
    with seized():
        control.forget()
        answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
        assert_nothing_happened(answer, control)


async def test_operators_can_see_it(fragile: Desk, jane: Visitor, seized: Any) -> None:
    audit = fragile.app.state.services.figures.audit
    before = audit.failures
    with seized():
        assert (await jane.post("/keys/key_any/reset_spend")).status_code == 403
        assert audit.failures > before


@pytest.mark.parametrize(
    ("what", "body"),
    [("/update", {"rpm_limit": 5}), ("/update", {"key_alias": "another"}), ("/block", None), ("", None)],
    ids=["limit", "alias", "block", "delete"],
)
async def test_no_key_is_changed(
    jane: Visitor, control: SandboxControl, seized: Any, what: str, body: Any
) -> None:
    issued = await jane.issue(unique("laptop"))
    with seized():
        control.forget()
        method = "POST" if what else "DELETE"
        answer = await jane.call(method, f"/keys/{issued['token']}{what}", json=body)
        assert_nothing_happened(answer, control)
    assert (await jane.key(issued["token"]))["blocked"] is False


async def test_no_block_is_lifted(jane: Visitor, control: SandboxControl, seized: Any) -> None:
    issued = await jane.issue(unique("laptop"))
    await jane.post(f"/keys/{issued['token']}/block")
    with seized():
        control.forget()
        assert_nothing_happened(await jane.post(f"/keys/{issued['token']}/unblock"), control)
    assert (await jane.post(f"/keys/{issued['token']}/unblock")).status_code == 200


async def test_no_account_is_created(
    fragile: Desk, sign_in: SignIn, control: SandboxControl, seized: Any
) -> None:
    bob = fragile.welcome(await sign_in("bob"))
    with seized():
        control.forget()
        assert_nothing_happened(await bob.get("/user/info"), control)


async def test_people_with_an_account_can_still_read(jane: Visitor, seized: Any) -> None:
    with seized():
        for path in ("/user/info", "/keys", "/teams", "/models", "/usage", "/config"):
            assert (await jane.get(path)).status_code == 200


async def test_a_key_that_cannot_be_recorded_is_deleted_again(
    jane: Visitor, control: SandboxControl, seized: Any
) -> None:
    """The database becomes unavailable while LiteLLM creates the key. Nobody received the key, so it must not exist."""
    answers: list[httpx2.Response] = []
    alias = unique("laptop")
    control.forget()

    async def ask() -> None:
        answers.append(await jane.post("/keys/generate", alias=alias, max_budget=1.0))

    async def asked() -> bool:
        return "POST /key/generate" in control.calls()

    with control.fault("/key/generate", latency_seconds=LATE):
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await eventually(asked, bool)
            group.start_soon(seize_until_answered, seized, answers)
    assert_problem(answers[0], 503, "not-recorded")
    assert "POST /key/delete" in control.calls()
    assert keys_upstream(control, alias) == []


async def seize_until_answered(seized: Any, answers: list[httpx2.Response]) -> None:
    async def answered() -> bool:
        return bool(answers)

    with seized():
        await eventually(answered, bool)


async def test_no_key_exists_that_nobody_received(
    jane: Visitor, control: SandboxControl, database: Path
) -> None:
    """The database fails at the last step, when the lease of the alias is released."""
    alias = unique("laptop")
    failing = "create trigger failing before delete on leases begin select raise(abort, 'gone'); end"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(failing)
        answer = await jane.post("/keys/generate", alias=alias, max_budget=1.0)
        connection.execute("drop trigger failing")
    given = 1 if answer.status_code == 200 else 0
    assert len(keys_upstream(control, alias)) == given


async def test_no_change_is_made_after_the_database_file_is_deleted(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl, tmp_path: Path
) -> None:
    """SQLite itself would continue to write to a deleted file."""
    file = tmp_path / "keydesk.db"
    async with desk_with(database={"url": f"sqlite:///{file}"}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        file.unlink()
        control.forget()
        answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
        assert_nothing_happened(answer, control)
        ready = await jane.read("/health/ready")
        assert (ready["status"], ready["database"]["state"]) == ("degraded", "unavailable")
        assert not file.exists()


@pytest.mark.real_postgres
async def test_a_missing_database_is_reported(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl, tmp_path: Path
) -> None:
    with storage_named("postgres", tmp_path) as storage, storage.new_database() as url:
        async with desk_with(database={"url": url, "timeout_seconds": 1}) as desk:
            jane = desk.welcome(await sign_in("jane"))
            await jane.read("/user/info")
            drop_database(url)
            control.forget()
            answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
            assert_nothing_happened(answer, control)
            ready = await jane.read("/health/ready")
            assert ready["status"] == "degraded"
            assert (ready["database"]["state"], ready["litellm"]["state"]) == ("unavailable", "ok")
            for path in ("/health/live", "/user/info", "/keys", "/teams", "/models"):
                assert (await jane.get(path)).status_code == 200, path
            with control.fault(outage="refuse"):
                problem = assert_problem(await jane.get("/health/ready"), 503, "not-ready")
                assert (problem["database"]["state"], problem["litellm"]["state"]) == ("unavailable",) * 2
                assert (await jane.get("/health/live")).status_code == 200
