"""The form of a key says what policy allows, and that a budget is more than the account can spend."""

import re

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio
TOO_MUCH = (
    "This budget is more than your account can spend. The key stops when your account has spent $20.00."
)
_WARNING = re.compile(r'<p class="notice fair" role="status" data-most="20.0"( hidden)?>([^<]*)</p>')
RULES = {"largest_budget": 250.0, "shortest_budget_period": "7d", "max_keys_per_person": 40}
ACCOUNT = {"defaults": {"models": ["gpt-4o"], "max_budget": 20.0}}


async def test_the_form_says_what_policy_allows(desk_with: OpenDesk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    changes = {"key_generation": RULES | {"team_required": False}, "provisioning": ACCOUNT}
    async with desk_with(litellm=changes) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(jane.user_id)
        form = (await visitor.get("/keys/new")).text
        assert "At most $250.00." in form
        assert "You use 0 of 40 keys." in form
        assert '<option value="7d">7 days</option>' in form
        periods = form.partition('id="budget-duration"')[2].partition("</select>")[0]
        assert '<option value="1d"' not in periods
        assert _WARNING.findall(form) == [(" hidden", TOO_MUCH)]


async def test_a_budget_that_the_account_can_never_spend_is_said_and_needs_no_second_step(
    desk_with: OpenDesk, sign_in: SignIn
) -> None:
    jane = await sign_in("jane")
    changes = {"key_generation": RULES | {"team_required": False}, "provisioning": ACCOUNT}
    async with desk_with(litellm=changes) as desk, portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(jane.user_id)
        await visitor.get("/keys/new")
        fields = {"max_budget": "100", "duration": "30d", "form_mark": visitor.cookie("keydesk_form") or ""}
        refused = await visitor.post("/keys", at="/keys/new", alias=" ", **fields)
        assert _WARNING.findall(refused.text) == [("", TOO_MUCH)]
        made = await visitor.post("/keys", at="/keys/new", alias=f"{jane.user_id} rich", **fields)
        assert made.status_code == 200
        assert "created" in made.text
        assert TOO_MUCH in made.text
