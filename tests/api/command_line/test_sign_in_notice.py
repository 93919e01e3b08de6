"""The person gets one notice for each machine that is signed in in their name."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.client.profiles import Home
from keydesk.kit.http_client import HttpClient, in_process
from tests.api.command_line.conftest import Laptop
from tests.support.desk.desk import Desk, OpenDesk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio
SLACK = {"slack": {"url": "http://127.0.0.1:9/hook"}}


def sign_in_notices(database: Path) -> list[tuple[str, dict[str, Any]]]:
    query = "select recipient, details from notices where kind = 'machine_signed_in'"
    with closing(sqlite3.connect(database)) as connection:
        return [(who, json.loads(details)) for who, details in connection.execute(query)]


async def laptop_at(desk: Desk, person: str, folder: Path, browser: httpx2.AsyncClient) -> Laptop:
    jane = PortalVisitor(browser)
    await jane.sign_in(person)
    return Laptop(HttpClient(transport=in_process(desk.app)), jane, Home(folder / "home"))


async def test_each_machine_is_one_notice_with_its_name_and_address(
    desk_with: OpenDesk, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "jane's laptop")
    database = tmp_path / "keydesk.db"
    settings = {"database": {"url": f"sqlite:///{database}"}, "notices": SLACK}
    async with desk_with(**settings) as desk, portal_client(desk.app) as browser:
        laptop = await laptop_at(desk, scene.user_id("jane"), tmp_path, browser)
        session = laptop.session(await laptop.sign_in().with_code())
        await session.get("/config")
        await laptop.sign_in().with_browser()
        laptop.decision = "reject"
        with pytest.raises(Exception, match="rejected"):
            await laptop.sign_in().with_browser()
    told = {"name": "jane's laptop", "address": "127.0.0.1"}
    assert sign_in_notices(database) == [(scene.ref("jane"), told)] * 2


async def test_without_a_channel_nothing_is_stored(desk_with: OpenDesk, scene: Scene, tmp_path: Path) -> None:
    database = tmp_path / "keydesk.db"
    async with (
        desk_with(database={"url": f"sqlite:///{database}"}) as desk,
        portal_client(desk.app) as browser,
    ):
        laptop = await laptop_at(desk, scene.user_id("jane"), tmp_path, browser)
        await laptop.sign_in().with_code()
    assert sign_in_notices(database) == []
