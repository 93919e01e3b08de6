"""A Backstage whose permission policy allows everything by default, as many do."""

import pytest

from tests.resilience.outages.town import Town
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio


async def test_owners_still_cannot_reset_their_own_spend(at_backstage: Town) -> None:
    jane = await at_backstage.knows("jane")
    laptop = await jane.issue("laptop")
    at_backstage.litellm.forget()
    assert_problem(await jane.post(f"/keys/{laptop['token']}/reset_spend"), 403, "policy-refused")
    assert at_backstage.litellm.changes == []
