"""The access log has one line per request, without names, ids or queries. It is off by default."""

import pytest
from structlog.testing import capture_logs

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


async def test_each_request_is_one_line(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with desk_with(logs={"access": True}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        issued = await jane.issue(unique("laptop"))
        with capture_logs() as lines:
            await jane.post(f"/keys/{issued['token']}/block?x=1")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line.pop("milliseconds") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "route": "/api/litellm/keys/{key_id}/block",
        "status": 200,
    }


async def test_it_is_off_by_default(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with desk_with() as desk:
        jane = desk.welcome(await sign_in("jane"))
        with capture_logs() as lines:
            await jane.get("/config")
    assert [line for line in lines if line["event"] == "request"] == []
