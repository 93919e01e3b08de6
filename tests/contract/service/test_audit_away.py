"""While the audit log's database is unavailable, reads work, and changes return 503 and change nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.desk.storage import Storage
from tests.support.peers.postgres import drop_database
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio


def take_away(storage: Storage, url: str) -> None:
    """Make the database unusable while Keydesk runs."""
    if storage.server is not None:
        drop_database(url)
        return
    path = Path(url.removeprefix("sqlite:///"))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    path.mkdir()


async def test_reads_work_and_no_change_is_made(
    *,
    surroundings: Surroundings,
    storage: Storage,
    scene: Scene,
    make: Maker,
    gateway: Gateway,
    empty_database: str,
) -> None:
    changes: dict[str, Any] = {
        "database": {"url": empty_database},
        "directory": {"people": scene.directory()},
    }
    make.user_ids.append(scene.user_id("jane"))
    async with open_desk(surroundings.settings(**changes)) as desk:
        jane = await desk.sign_in(scene.user_id("jane"))
        key_id = (await jane.issue(unique("laptop")))["token"]
        await jane.read("/user/info")
        await desk.app.state.services.health.database.close()
        take_away(storage, empty_database)
        before = await gateway.get("/key/list", user_id=jane.user_id, return_full_object="true")

        for path in ("/user/info", "/keys", "/teams", "/models", "/usage", "/config"):
            assert (await jane.get(path)).status_code == 200, path
        for answer in (
            await jane.post("/keys/generate", alias=unique("desktop"), max_budget=1.0),
            await jane.post(f"/keys/{key_id}/update", rpm_limit=1),
            await jane.post(f"/keys/{key_id}/block"),
            await jane.delete(f"/keys/{key_id}"),
        ):
            assert_problem(answer, 503, "storage-unavailable")
        after = await gateway.get("/key/list", user_id=jane.user_id, return_full_object="true")
        assert after.body == before.body
