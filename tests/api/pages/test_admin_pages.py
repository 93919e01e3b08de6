"""The administration pages: their content, without any secret."""

import pytest

from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import DEFAULTS, SECRET, Surroundings, merged
from tests.support.desk.desk import open_desk
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio


async def test_the_configuration_is_shown_without_a_secret(office: Office, olga: PortalVisitor) -> None:
    page = (await olga.get("/admin/configuration")).text
    assert "maxBudgetCeiling" in page
    master_key = office.desk.settings.litellm.master_key.get_secret_value()
    for secret in (SECRET, master_key, office.desk.settings.database.url.get_secret_value()):
        assert secret not in page
    assert page.count("<code>&#39;***&#39;</code>") >= 3


async def test_the_health_page_shows_what_is_down_and_its_effect(
    olga: PortalVisitor, control: SandboxControl
) -> None:
    assert (await olga.get("/admin")).text.count("available</span>") == 3
    with control.fault("/health", error_rate=1.0):
        page = (await olga.get("/admin")).text
        assert page.count("unavailable</span>") == 1
        assert "litellm.baseUrl is correct" in page


async def test_the_settings_of_a_group_and_a_person_are_shown_with_reasons(
    surroundings: Surroundings, office: Office
) -> None:
    role = {"group": PLATFORM_TEAM, "max_budget": 77.0}
    async with open_desk(
        settings_for_pages(surroundings, office.scene, provisioning={"roles": [role]})
    ) as desk:
        olga = await Office(desk, office.scene, office.stack).welcome("olga")
        group = (await olga.get("/admin/provisioning", params={"group": "platform-team"})).text
        person = (await olga.get("/admin/provisioning", params={"user": office.scene.user_id("alice")})).text
    assert "$77.00" in group
    assert "Role of platform-team" in group
    assert f"<code>{PLATFORM_TEAM}</code>" in group
    assert f"${DEFAULTS['max_budget']:.2f}" in person
    assert f"Alice of {office.scene.name}" in person
    assert "created at first sign-in" in person


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"user": "nobody-we-know"}, 404, "The person is not in the directory."),
        ({"group": "no-such-group"}, 404, "The group is not in the directory."),
        ({"group": "a b"}, 422, "expected an entity reference"),
        ({"group": "a", "user": "b"}, 422, "Enter a group or a person, not both."),
        ({"user": "<b>x</b>"}, 422, "expected an entity reference"),
    ],
)
async def test_an_unknown_name_is_explained(
    olga: PortalVisitor, query: dict[str, str], status: int, told: str
) -> None:
    answer = await olga.get("/admin/provisioning", params=query)
    assert answer.status_code == status
    assert told in answer.text
    assert "<b>x</b>" not in answer.text


async def test_the_account_comparison_changes_nothing(
    surroundings: Surroundings, office: Office, control: SandboxControl
) -> None:
    alice = await office.welcome("alice")
    await alice.get("/models")
    wanted = merged({"defaults": DEFAULTS}, {"defaults": {"max_budget": 31.0}})
    async with open_desk(settings_for_pages(surroundings, office.scene, provisioning=wanted)) as desk:
        olga = await Office(desk, office.scene, office.stack).welcome("olga")
        assert "Compare</a>" in (await olga.get("/admin/accounts")).text
        control.forget()
        found, address = "", "/admin/accounts/compare"
        while address:
            page = (await olga.get(address)).text
            found += page
            address = page.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        assert control.writes() == []
    row = found.partition(f"Alice of {office.scene.name}</a>")[2].partition("</tr>")[0]
    assert office.scene.user_id("alice") in row
    assert "Budget" in row
    assert "$25.00" in row
    assert "$31.00" in row
    assert "compared. " in found


async def test_a_user_id_with_a_null_character_is_not_looked_up(office: Office) -> None:
    """PostgreSQL fails for such a text."""
    olga = await office.welcome("olga")
    assert (await olga.get("/admin/accounts/compare?after=a%00b")).status_code == 422
