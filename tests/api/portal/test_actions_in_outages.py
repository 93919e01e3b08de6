"""While LiteLLM is away, actions that cannot work are disabled and say why; they work again once it is back."""

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually

pytestmark = pytest.mark.anyio
AWAY = '<p class="notice fair" role="status" id="away">'
DISABLED_BLOCK = ' disabled aria-describedby="away" title="LiteLLM is unavailable." aria-label="Block '
DISABLED_LINK = 'role="link" tabindex="0" aria-disabled="true" aria-describedby="away"'


@pytest.mark.long
async def test_actions_are_disabled_until_litellm_is_back(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    jane = await sign_in("jane")
    await jane.issue(f"{jane.user_id} laptop")
    cache = {"fresh_seconds": 0.01, "outage_seconds": 600.0}
    async with desk_with(cache=cache) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(jane.user_id)

        async def page() -> str:
            return (await visitor.get("/keys")).text

        before = await page()
        assert (AWAY in before, DISABLED_BLOCK in before, DISABLED_LINK in before) == (False,) * 3
        with control.fault("/", error_rate=1.0):
            during = await eventually(page, lambda text: AWAY in text)
            assert DISABLED_BLOCK in during
            assert during.count(DISABLED_LINK) == 3  # new, edit, delete
            assert 'href="/keys/new"' not in during
        after = await eventually(page, lambda text: AWAY not in text)
        assert DISABLED_BLOCK not in after
        assert 'href="/keys/new"' in after
