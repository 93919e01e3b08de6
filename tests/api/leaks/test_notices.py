"""The owner of a leaked key gets one notice that says where it was found."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk
from tests.support.desk.people import Scene
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
SLACK = {"slack": {"url": "http://127.0.0.1:9/hook"}}


def leak_notices(database: Path) -> list[tuple[Any, ...]]:
    query = "select recipient, subject, details from notices where kind = 'key_leaked'"
    with closing(sqlite3.connect(database)) as connection:
        return [(who, key, json.loads(details)) for who, key, details in connection.execute(query)]


async def test_the_owner_gets_one_notice(desk_with: OpenDesk, scene: Scene, tmp_path: Path) -> None:
    database = tmp_path / "keydesk.db"
    async with desk_with(database={"url": f"sqlite:///{database}"}, notices=SLACK) as desk:
        jane = await desk.sign_in(scene.user_id("jane"))
        alias = unique("laptop")
        issued = await jane.issue(alias)
        for place in ("https://example.com/file?token=x", "elsewhere"):
            await desk.stranger().post("/leaks", key=issued["key"], found_at=place)
    assert leak_notices(database) == [
        (scene.ref("jane"), issued["token"], {"key": alias, "place": "https://example.com/file"})
    ]
