"""Browser sessions: how they start, how long they last, and what is stored of them."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from keydesk.settings import Settings
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, SignIn, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


@pytest.fixture
def kept_in_file(surroundings: Surroundings, scene: Scene, file: Path) -> Settings:
    """Return the file of a database that only this Keydesk uses. Read it after Keydesk is closed."""
    return surroundings.settings(
        database={"url": f"sqlite:///{file}"}, directory={"people": scene.directory()}
    )


def holds(file: Path, text: str) -> bool:
    return text.encode() in file.read_bytes()


async def test_only_the_browser_has_the_session_id(kept_in_file: Settings, scene: Scene, file: Path) -> None:
    async with open_desk(kept_in_file) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(scene.user_id("jane"))
        session_id = visitor.cookie() or ""
    with closing(sqlite3.connect(file)) as connection:
        (row,) = connection.execute("select * from sessions").fetchall()
    assert len(session_id) == 43
    assert session_id not in str(row)
    assert scene.ref("jane") in row
    assert not holds(file, session_id)


async def test_every_sign_in_has_a_new_id_and_ends_the_previous_session(
    jane: PortalVisitor, sign_in: SignIn
) -> None:
    first = jane.cookie() or ""
    await jane.sign_in((await sign_in("jane")).user_id)
    assert jane.cookie() != first
    jane.http.cookies.clear()
    jane.http.cookies.set("keydesk_session", first)
    assert (await jane.get("/keys")).headers["location"] == "/sign-in?next=/keys"


async def test_a_planted_cookie_does_not_become_a_session(visitor: PortalVisitor, sign_in: SignIn) -> None:
    visitor.http.cookies.set("keydesk_session", "A" * 43)
    await visitor.sign_in((await sign_in("jane")).user_id)
    assert "A" * 43 not in [
        cookie.value for cookie in visitor.http.cookies.jar if cookie.domain == "localhost.local"
    ]


async def test_signing_out_ends_the_session_permanently(jane: PortalVisitor) -> None:
    session_id = jane.cookie() or ""
    answer = await jane.post("/sign-out", at="/keys")
    assert answer.headers["location"] == "/sign-in"
    assert jane.cookie() is None
    jane.http.cookies.set("keydesk_session", session_id)
    assert (await jane.get("/")).status_code == 303


async def test_sign_in_and_sign_out_are_audited(kept_in_file: Settings, scene: Scene, file: Path) -> None:
    async with open_desk(kept_in_file) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.post("/sign-out")
        await visitor.sign_in(scene.user_id("jane"))
        await visitor.get("/keys")
        await visitor.sign_in(scene.user_id("bob"))
        session_id = visitor.cookie() or ""
        await visitor.post("/sign-out", at="/keys")
        await visitor.post("/sign-out")
    with closing(sqlite3.connect(file)) as connection:
        query = (
            "select actor, action, source from audit_log where table_name = 'Keydesk_Session' order by seq"
        )
        entries = connection.execute(query).fetchall()
    jane, bob = scene.ref("jane"), scene.ref("bob")
    assert [entry[:2] for entry in entries] == [
        (jane, "signed_in"), (jane, "signed_out"), (bob, "signed_in"), (bob, "signed_out"),
    ]  # fmt: skip
    assert all(source == "127.0.0.1" for *_, source in entries)
    assert not holds(file, session_id)


@pytest.mark.parametrize(
    ("steps", "lasts"),
    [
        ([timedelta(minutes=29)], True),
        ([timedelta(minutes=31)], False),
        ([timedelta(minutes=20)] * 5, True),
        ([timedelta(minutes=20)] * 7, False),
    ],
    ids=["not idle for long", "idle", "in use", "in use for too long"],
)
async def test_the_length_of_a_session(
    surroundings: Surroundings, scene: Scene, tmp_path: Path, steps: list[timedelta], lasts: bool
) -> None:
    clock = Later()
    changes = {
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "portal": {"sessions": {"idle_minutes": 30, "absolute_hours": 2}},
    }
    settings = surroundings.settings(directory={"people": scene.directory()}, **changes)
    async with open_desk(settings, clock=clock) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(scene.user_id("jane"))
        for step in steps:
            clock.by += step
            answer = await visitor.get("/keys")
        assert (answer.status_code == 200) is lasts
        assert await desk.app.state.services.sessions.prune() == (0 if lasts else 1)


async def test_over_https_cookies_are_bound_to_the_host(desk: Desk, sign_in: SignIn) -> None:
    person = (await sign_in("jane")).user_id
    async with portal_client(desk.app, "https://localhost") as http:
        page = await http.get("/sign-in")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("keydesk_browser=") is False
        assert cookie.startswith("__Host-keydesk_browser=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert person


@pytest.mark.parametrize("junk", ["", "x", "A" * 42, "A" * 44, "ä" * 43, "' or 1=1 --"])
async def test_an_invalid_cookie_is_ignored(desk: Desk, junk: str) -> None:
    headers = {b"Cookie": f"keydesk_session={junk}".encode("latin-1")}
    assert (await desk.http.get("/keys", headers=headers)).status_code == 303
