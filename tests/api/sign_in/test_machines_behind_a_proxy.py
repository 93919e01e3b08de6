"""Machines of people whom an authenticating proxy signs in to the portal. Keydesk cannot ask about them later."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.sign_in.terminal import Terminal, error_in, fields_on
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.portal import portal_client
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio

JANE = {"X-Forwarded-User": "jane", "Origin": ADDRESS}


@pytest.fixture
async def proxied(sandbox: Upstream, clock: Later, tmp_path: Path) -> AsyncIterator[Desk]:
    surroundings = Surroundings(sandbox, f"sqlite:///{tmp_path / 'keydesk.db'}")
    settings = surroundings.settings(
        demo={"enabled": False},
        directory={"claims": True},
        identity={"trusted_proxy": {"networks": ["127.0.0.1/32"]}},
        portal={"sessions": {"absolute_hours": 3}},
    )
    async with open_desk(settings, clock) as desk:
        yield desk


async def test_a_machine_is_signed_in_as_long_as_a_session(proxied: Desk, clock: Later) -> None:
    terminal = Terminal(proxied.http)
    codes = await terminal.asks_for_codes()
    async with portal_client(proxied.app) as browser:
        page = await browser.get(f"/device?code={codes['user_code']}", headers=JANE)
        form = fields_on(page) | {"decision": "confirm"}
        assert (await browser.post("/device", data=form)).status_code == 303, "without the proxy"
        assert error_in(await terminal.polls(codes)) == "authorization_pending"
        answer = await browser.post("/device", data=form, headers=JANE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/machines")
    tokens = (await terminal.polls(codes)).json()
    assert tokens["person"] == "user:default/jane"
    assert (await terminal.calls(tokens["access_token"])).status_code == 200
    tokens = await terminal.keeps_refreshing(tokens, clock, timedelta(minutes=80), times=2)
    clock.by += timedelta(minutes=30)
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"
