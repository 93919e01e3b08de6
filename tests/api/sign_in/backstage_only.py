"""A Keydesk whose people have Backstage tokens only, and what they do with the code of a terminal."""

from pathlib import Path
from typing import Any

import httpx2

from tests.api.sign_in.terminal import Terminal
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, Visitor
from tests.support.desk.later import Later
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import Person
from tests.unit.auth.peers import StillClock

PAGE = "https://backstage.example.com/keydesk-machines"
ENGINEERS = "group:default/engineers"
Codes = dict[str, Any]


class PeersClock(StillClock):
    """The time of tokens. It follows the clock of Keydesk."""

    def __init__(self, clock: Later) -> None:
        self._clock = clock

    @property
    def timestamp(self) -> int:
        return int(self._clock().timestamp())


def settings_of(upstream: Upstream, folder: Path, backstage: Backstage, **changes: Any) -> Any:
    sections: dict[str, Any] = {
        "demo": {"enabled": False},
        "identity": {"backstage": {"base_url": backstage.url, "issuer": ISSUER}},
        "directory": {"backstage": {"base_url": backstage.catalog_url, "token": CATALOG_TOKEN}},
        "permissions": {"backstage": True},
        "grants": {"litellm.key.create": [ENGINEERS]},
        "portal": {"base_url": ADDRESS, "machines": {"confirmation_url": PAGE}},
    }
    return Surroundings(upstream, f"sqlite:///{folder / 'keydesk.db'}").settings(**sections | changes)


def visitor(desk: Desk, token: str) -> Visitor:
    return Visitor(desk.http, Person("jane", ""), token)


async def looked_up(person: Visitor, codes: Codes) -> dict[str, Any]:
    answer = await person.post("/machines/look_up", code=codes["user_code"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def confirms(person: Visitor, codes: Codes) -> httpx2.Response:
    return await person.post(
        "/machines/confirm", confirmation=(await looked_up(person, codes))["confirmation"]
    )


async def signed_in(terminal: Terminal, person: Visitor) -> dict[str, Any]:
    codes = await terminal.asks_for_codes()
    assert (await confirms(person, codes)).json() == {"success": True}
    tokens: dict[str, Any] = (await terminal.polls(codes)).json()
    return tokens
