"""An invalid form is shown again with its errors, their fields and all values."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import Maker
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium, pytest.mark.without_scripts]

ANYTHING_GOES = "form => { form.noValidate = true }"
"""Disables the browser's own validation."""


@pytest.fixture
async def as_newcomer(as_newcomer: Visit) -> Visit:
    await as_newcomer.page.goto("/keys/new")
    return as_newcomer


@pytest.fixture
async def as_jane(as_jane: Visit) -> Visit:
    await as_jane.page.goto("/keys/new")
    return as_jane


async def send_unchecked(visit: Visit) -> int:
    await visit.page.locator("form.key-form").evaluate(ANYTHING_GOES)
    return (await visit.press("Create key")).status


async def assert_marked(visit: Visit, label: str, sentence: str) -> None:
    """The field is marked, linked to its error message, and focused."""
    field = visit.page.get_by_label(label, exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))
    await expect(field).to_be_focused()
    await expect(visit.page.get_by_role("alert")).to_contain_text("No key was created.")


async def test_values_are_kept(visit: Visit, make: Maker) -> None:
    team = await make.team(Account("dave", "dave@example.com"), models=["gpt-4o-mini", "gpt-4o"])
    await visit.become("Dave Dunn")
    await visit.page.goto("/keys/new")
    await visit.page.get_by_label("gpt-4o", exact=True).check()
    await visit.fill(alias="bob-laptop", team_id=team.alias, max_budget="1.25", duration="1 year")
    assert (await visit.press("Create key")).status == 400

    await assert_marked(visit, "Name", "Someone else uses this name. Choose another name.")
    await expect(visit.page.get_by_label("Name", exact=True)).to_have_value("bob-laptop")
    await expect(visit.page.get_by_label("Team", exact=True)).to_have_value(team.team_id)
    await expect(visit.page.get_by_label("Budget (USD)")).to_have_value("1.25")
    await expect(visit.page.get_by_label("Expires in")).to_have_value("1y")
    await expect(visit.page.get_by_label("gpt-4o", exact=True)).to_be_checked()
    await expect(visit.page.get_by_label("gpt-4o-mini", exact=True)).not_to_be_checked()


async def test_a_corrected_form_creates_the_key(as_newcomer: Visit, newcomer: Newcomer, api: AskApi) -> None:
    await as_newcomer.fill(alias="bob-laptop", max_budget="3")
    await as_newcomer.press("Create key")
    assert (await as_newcomer.create_key(f"{newcomer.user_id} corrected")).startswith("sk-")
    (key,) = await (await api(newcomer.user_id)).read("/keys")
    assert key["max_budget"] == 3


async def test_a_name_the_person_already_uses_has_its_own_message(as_jane: Visit) -> None:
    await as_jane.fill(alias="jane-laptop")
    await as_jane.press("Create key")
    await assert_marked(as_jane, "Name", "You already have a key with this name. Choose another name.")


async def test_a_team_of_other_people_is_refused(
    as_newcomer: Visit, newcomer: Newcomer, control: SandboxControl
) -> None:
    await as_newcomer.fill(alias=f"{newcomer.user_id} tampered")
    await as_newcomer.page.locator("[name=team_id] option").evaluate(
        "option => { option.value = 'platform' }"
    )
    control.forget()
    assert (await as_newcomer.press("Create key")).status == 404
    await assert_marked(as_newcomer, "Team", "You are not a member of a team with this id.")
    assert control.writes() == []


@pytest.mark.parametrize(
    ("typed", "label", "sentence"),
    [
        ({"max_budget": ""}, "Budget (USD)", "Every key needs a budget."),
        ({"max_budget": "0"}, "Budget (USD)", "Enter an amount above $0."),
        ({"max_budget": "-1"}, "Budget (USD)", "Enter an amount above $0."),
        ({"alias": "   "}, "Name", "Enter a name of 1 to 100 characters."),
    ],
    ids=["no budget", "nothing", "less than nothing", "a blank name"],
)
async def test_an_error_says_what_the_field_expects(
    as_newcomer: Visit, typed: dict[str, str], label: str, sentence: str
) -> None:
    await as_newcomer.fill(**{"alias": "never made"} | typed)
    assert await send_unchecked(as_newcomer) in {403, 422}
    await assert_marked(as_newcomer, label, sentence)


async def test_all_errors_are_shown_together(as_newcomer: Visit) -> None:
    await as_newcomer.fill(alias=" ", max_budget="-1")
    await as_newcomer.page.locator("[name=duration] option[value='30d']").evaluate(
        "option => { option.value = 'soon' }"
    )
    await send_unchecked(as_newcomer)
    assert await as_newcomer.page.locator("[aria-invalid]").count() == 3
    await assert_marked(as_newcomer, "Name", "Enter a name of 1 to 100 characters.")


async def test_the_browser_reports_missing_values(as_newcomer: Visit) -> None:
    await as_newcomer.fill(alias="", max_budget="")
    await as_newcomer.page.get_by_role("button", name="Create key").click()
    await expect(as_newcomer.page.get_by_label("Name", exact=True)).to_be_focused()
    assert as_newcomer.posted("/keys") == 0


async def test_a_gateway_failure_is_not_shown_as_a_form_error(
    as_newcomer: Visit, newcomer: Newcomer, control: SandboxControl
) -> None:
    alias = f"{newcomer.user_id} unlucky"
    await as_newcomer.fill(alias=alias)
    with control.fault("/key/generate", error_rate=1):
        assert (await as_newcomer.press("Create key")).status >= 500
    await expect(as_newcomer.page.get_by_role("alert")).to_be_focused()
    assert await as_newcomer.page.locator("[aria-invalid]").count() == 0
    await expect(as_newcomer.page.get_by_label("Name", exact=True)).to_have_value(alias)
    assert (await as_newcomer.create_key(alias)).startswith("sk-")
