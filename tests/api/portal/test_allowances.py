"""Allowances in the portal: what is left is next to the budget, and keys that have too much are marked."""

from collections.abc import AsyncIterator

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, SignIn, open_desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
RULES = {"usd_per_day": 8.0, "usd_per_month": 12.0, "rpm_limit": 600}
A_DAY = "Your keys can spend $8.00 a day together, and ${left} is left."
A_MONTH = "Your keys can spend $12.00 a month together, and ${left} is left."
TOO_MUCH = "Your keys have more than they can have together."


@pytest.fixture
async def limited(surroundings: Surroundings, scene: Scene) -> AsyncIterator[Desk]:
    directory = {"people": scene.directory()}
    async with open_desk(
        surroundings.settings(directory=directory, litellm={"key_allowances": RULES})
    ) as desk:
        yield desk


@pytest.fixture
async def jane(limited: Desk, sign_in: SignIn) -> AsyncIterator[PortalVisitor]:
    user_id = (await sign_in("jane")).user_id
    async with portal_client(limited.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(user_id)
        yield visitor


async def new_key(jane: PortalVisitor, **fields: str) -> tuple[int, str]:
    """Send the form of a new key. Return the status and the page."""
    form = await jane.get("/keys/new")
    assert form.status_code == 200
    sent = {"duration": "30d", "form_mark": jane.cookie("keydesk_form") or ""} | fields
    answer = await jane.post("/keys", at="/keys/new", alias=unique("laptop"), **sent)
    return answer.status_code, answer.text


def hint_of(page: str) -> str:
    return page.partition('id="budget-hint"')[2].partition("</span>")[0]


async def test_what_is_left_is_next_to_the_budget(jane: PortalVisitor, limited: Desk, scene: Scene) -> None:
    owner = await limited.sign_in(scene.user_id("jane"))
    form = (await jane.get("/keys/new")).text
    assert A_DAY.format(left="8.00") in hint_of(form)
    assert 'name="max_budget" type="number" min="0.01" step="any" inputmode="decimal" value="8"' in form
    assert "Your keys can have 600 requests per minute together, and 600 are left." in form
    issued = await owner.issue(unique("laptop"), max_budget=3.0, rpm_limit=100)
    form = (await jane.get("/keys/new")).text
    assert A_DAY.format(left="5.00") in hint_of(form)
    assert A_MONTH.format(left="9.00") in hint_of(form)
    assert 'value="5"' in form
    edit = (await jane.get(f"/keys/{issued['token']}/edit")).text
    assert A_MONTH.format(left="9.00") in hint_of(edit)
    assert A_MONTH.format(left="9.00") in (await jane.get("/keys")).text


async def test_a_refusal_is_shown_at_its_field(jane: PortalVisitor) -> None:
    status, page = await new_key(jane, max_budget="9", rpm_limit="10")
    assert status == 403
    fault = page.partition('id="fault-max_budget"')[2].partition("</span>")[0]
    assert "All keys of the same owner can spend 8 US dollars a day together. 8 are left." in fault
    assert "The maximum for this key is 8 US dollars." in fault
    status, page = await new_key(jane, max_budget="1", rpm_limit="601")
    assert "at most 600" in page.partition('id="fault-rpm_limit"')[2].partition("</span>")[0]


async def test_more_budgets_are_set_and_changed_in_the_forms(
    jane: PortalVisitor, limited: Desk, scene: Scene
) -> None:
    status, page = await new_key(jane, max_budget="12", budget_duration="30d", budget_1d="8", rpm_limit="10")
    assert status == 200, page
    owner = await limited.sign_in(scene.user_id("jane"))
    (key,) = await owner.read("/keys")
    assert key["budget_limits"] == [{"max_budget": 8.0, "budget_duration": "1d"}]
    here = f"/keys/{key['token']}/edit"
    form = (await jane.get(here)).text
    assert 'name="budget_1d" type="number" min="0.01" step="any" inputmode="decimal" value="8"' in form
    fields = {"alias": key["key_alias"], "max_budget": "12", "budget_duration": "30d", "rpm_limit": "10"}
    changed = await jane.post(here, at=here, **fields, budget_1d="5", budget_7d="10")
    assert changed.status_code == 303, changed.text
    (key,) = await owner.read("/keys")
    assert [each["max_budget"] for each in key["budget_limits"]] == [5.0, 10.0]
    refused = await jane.post(here, at=here, **fields, budget_1d="-1")
    assert "Enter amounts above $0." in refused.text


async def test_keys_from_before_the_allowance_are_marked_and_not_broken(
    jane: PortalVisitor, sign_in: SignIn, limited: Desk, scene: Scene
) -> None:
    earlier = await sign_in("jane")
    issued = await earlier.issue(unique("laptop"), max_budget=20.0, rpm_limit=100)
    page = (await jane.get("/keys")).text
    assert TOO_MUCH in page
    assert A_MONTH.format(left="0.00") in page
    owner = await limited.sign_in(scene.user_id("jane"))
    assert (await owner.post(f"/keys/{issued['token']}/update", max_budget=7.0)).status_code == 200
    assert TOO_MUCH not in (await jane.get("/keys")).text


async def test_the_portal_says_nothing_without_an_allowance(visitor: PortalVisitor, sign_in: SignIn) -> None:
    await visitor.sign_in((await sign_in("jane")).user_id)
    for path in ("/keys", "/keys/new"):
        assert "together" not in (await visitor.get(path)).text
