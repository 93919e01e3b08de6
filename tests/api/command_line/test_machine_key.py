"""`keydesk token`: a key of this machine that is made once, renewed in time, and not printed after it was revoked."""

import stat
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from keydesk.client.errors import ClientError
from keydesk.client.key_file import key_file, read_lines
from keydesk.client.machine_key import MachineKey, Wishes
from keydesk.client.session import Session
from tests.api.command_line.conftest import Laptop

pytestmark = pytest.mark.anyio

DAY = 24 * 3600


@dataclass
class Tools:
    """The tools of a laptop. `later` are seconds that the laptop's clock is ahead."""

    laptop: Laptop
    session: Session
    later: float = 0

    async def key(self, tool: str = "", *, new: bool = False, **wishes: Any) -> str:
        key = MachineKey(self.laptop.home, self.session, self.laptop.http, self._clock)
        return await key.secret(Wishes(tool, **wishes), new=new)

    def file(self, tool: str = "") -> Path:
        return Path(key_file(str(self.laptop.home.folder), "default", tool))

    def _clock(self) -> float:
        return time.time() + self.later


@pytest.fixture
async def tools(laptop: Laptop) -> Tools:
    return Tools(laptop, laptop.session(await laptop.sign_in().with_code()))


async def test_the_key_is_made_once_and_kept_for_the_owner_only(tools: Tools) -> None:
    secret = await tools.key()
    assert secret.startswith("sk-")
    assert await tools.key() == secret
    assert stat.S_IMODE(tools.file().stat().st_mode) == 0o600
    assert (read_lines(str(tools.file())) or [""])[0] == secret
    (key,) = await tools.session.get("/keys")
    assert key["max_budget"] == 25.0, "the budget of the account"


async def test_each_tool_has_a_key_of_its_own(tools: Tools) -> None:
    first, second = await tools.key("claude", max_budget=2.0), await tools.key("codex")
    assert first != second
    budgets = {key["key_alias"].split()[-2]: key["max_budget"] for key in await tools.session.get("/keys")}
    assert budgets == {"claude": 2.0, "codex": 25.0}


async def test_a_revoked_key_is_not_printed_and_not_replaced_by_itself(tools: Tools) -> None:
    secret = await tools.key()
    (key,) = await tools.session.get("/keys")
    await tools.session.post(f"/keys/{key['token']}/block")
    with pytest.raises(ClientError, match="blocked or deleted"):
        await tools.key()
    tools.later = 31 * DAY
    with pytest.raises(ClientError, match="keydesk token --new"):
        await tools.key()
    await tools.session.delete(f"/keys/{key['token']}")
    tools.later = 0
    with pytest.raises(ClientError):
        await tools.key()
    assert await tools.key(new=True) != secret


async def test_a_key_without_an_end_is_rotated_each_month(tools: Tools) -> None:
    secret = await tools.key()
    tools.later = 29 * DAY
    assert await tools.key() == secret
    tools.later = 31 * DAY
    assert await tools.key() != secret
    assert len(await tools.session.get("/keys")) == 1


async def test_an_expiring_key_is_replaced_by_one_like_it(tools: Tools) -> None:
    secret = await tools.key(max_budget=3.0, duration="30d")
    lines = tools.file().read_text().split("\n")
    lines[2], lines[3] = "1", str(2**40)
    tools.file().write_text("\n".join(lines))
    renewed = await tools.key()
    assert renewed != secret
    keys = await tools.session.get("/keys")
    assert [key["max_budget"] for key in keys] == [3.0, 3.0]
    lifetimes = [
        datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"]) for key in keys
    ]
    assert [round(lifetime.total_seconds() / DAY) for lifetime in lifetimes] == [30, 30]


async def test_signing_out_deletes_the_keys_here(tools: Tools) -> None:
    await tools.key()
    await tools.key("codex")
    await tools.session.revoke()
    assert not tools.file().exists()
    assert not tools.file("codex").exists()


async def test_a_file_that_others_can_read_is_not_used(tools: Tools) -> None:
    await tools.key()
    tools.file().chmod(0o644)
    assert read_lines(str(tools.file())) is None
