"""A Keydesk whose gateway is down."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.upstream.address import Upstream


@pytest.fixture(scope="module")
def _one_attempt() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="module")
async def lonely_desk(
    _one_attempt: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Desk, Visitor]]:
    """Keydesk, and a person who is signed in."""
    database = tmp_path_factory.mktemp("lonely") / "keydesk.db"
    around = Surroundings(Upstream("nobody", "http://127.0.0.1:1", "sk-nobody"), f"sqlite:///{database}")
    person = around.troupe.next_scene()
    async with open_desk(around.settings(directory={"people": person.directory()})) as desk:
        yield desk, await desk.sign_in(person.user_id("olga"))
