"""One person for all bad requests. They have no account: creating one would show up as a call."""

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor


@pytest.fixture(scope="session")
async def jane(desk: Desk, surroundings: Surroundings) -> Visitor:
    return await desk.sign_in(surroundings.troupe.next_scene().user_id("jane"))


@pytest.fixture(scope="session")
async def olga(desk: Desk, surroundings: Surroundings) -> Visitor:
    """A person in the platform team, who has every permission."""
    return await desk.sign_in(surroundings.troupe.next_scene().user_id("olga"))


@pytest.fixture(scope="session")
async def alice(desk: Desk, surroundings: Surroundings) -> Visitor:
    """A person with an account, for requests that cannot be rejected before a lookup."""
    alice = await desk.sign_in(surroundings.troupe.next_scene().user_id("alice"))
    await alice.read("/user/info")
    return alice
