"""People at the portal, without a browser."""

from collections.abc import AsyncIterator

import pytest

from tests.support.desk.desk import Desk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client


@pytest.fixture
async def visitor(desk: Desk) -> AsyncIterator[PortalVisitor]:
    """A visitor with an empty cookie jar."""
    async with portal_client(desk.app) as http:
        yield PortalVisitor(http)


@pytest.fixture
async def jane(visitor: PortalVisitor, sign_in: SignIn) -> PortalVisitor:
    """Jane, signed in and with an account."""
    api = await sign_in("jane")
    await api.read("/user/info")
    await visitor.sign_in(api.user_id)
    return visitor
