"""Team management with the portal's forms: effects, refusals and messages."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.pages.conftest import Office, expected_of, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.odd_dates import NO_TIMES
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on, unique

pytestmark = pytest.mark.anyio
MARKUP = "<script>alert('x')</script>\"'&lt;"
FIELDS = {"models": ["gpt-4o"], "max_budget": "100", "budget_duration": "30d"}


async def test_a_team_is_created_edited_blocked_and_deleted(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    where = f"/teams/{team_id}"
    renamed = unique("Renamed")
    form = FIELDS | {"team_alias": renamed, "max_budget": "150", "rpm_limit": "60"}
    expected = expected_of((await olga.get(f"{where}/edit")).text)
    answer = await olga.post(f"{where}/edit", at="/models", expected=expected, **form)
    assert answer.headers["location"] == where
    page = (await olga.get(where)).text
    assert renamed in page
    assert "$150.00" in page
    assert "Team updated." in page
    assert (await olga.post(f"{where}/block", at="/models")).headers["location"] == where
    assert "Requests with its keys are rejected" in (await olga.get(where)).text
    await olga.post(f"{where}/unblock", at="/models")
    assert "within budget" in (await olga.get(where)).text
    answer = await olga.post(f"{where}/delete", at="/models")
    assert answer.headers["location"] == "/teams"
    assert (await olga.get(where)).status_code == 404


async def test_every_page_of_a_team_with_a_slash_in_its_id_opens(
    surroundings: Surroundings, olga: PortalVisitor
) -> None:
    team_id = f"{unique('odd')}/b?c"
    where = f"/teams/{quote(team_id, safe='')}"
    async with gateway_of(surroundings.upstream) as gateway, maker_on(gateway) as make:
        await make.team(team_id=team_id, metadata={"owning_group": PLATFORM_TEAM}, models=["gpt-4o"])
        assert f'href="{where}' in (await olga.get("/teams")).text
        page = (await olga.get(where)).text
        for link in ("/edit", "/members/new", "/delete"):
            assert f'"{where}{link}"' in page
            assert (await olga.get(f"{where}{link}")).status_code == 200
        answer = await olga.post(f"{where}/block", at="/models")
        assert answer.headers["location"] == where


async def test_an_unchanged_form_changes_nothing(office: Office, olga: PortalVisitor) -> None:
    alias = unique("Same")
    team_id = await office.team_of(olga, team_alias=alias, budget_duration="30d")
    answer = await olga.post(f"/teams/{team_id}/edit", at="/models", team_alias=alias, **FIELDS)
    assert answer.headers["location"] == f"/teams/{team_id}"


async def test_two_simultaneous_edits_do_not_overwrite_each_other(
    office: Office, olga: PortalVisitor
) -> None:
    alias = unique("Shared")
    team_id = await office.team_of(olga, team_alias=alias, budget_duration="30d")
    where = f"/teams/{team_id}/edit"
    expected = expected_of((await olga.get(where)).text)
    form = FIELDS | {"team_alias": alias, "expected": expected}
    assert (await olga.post(where, at="/models", **form | {"max_budget": "120"})).status_code == 303
    answer = await olga.post(where, at="/models", **form | {"max_budget": "90"})
    assert answer.status_code == 409
    assert "was changed by someone else" in answer.text
    assert ">120<" in answer.text
    assert ">90<" in answer.text
    assert "$120.00" in (await olga.get(f"/teams/{team_id}")).text


MISTAKES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"max_budget": "lots"}, "Enter an amount above $0."),
    ({"max_budget": ""}, "Every team needs a budget."),
    (
        {"max_budget": "501"},
        "The budget is above the maximum for its period. The maximum for 30d is 500 US dollars.",
    ),
    ({"models": []}, "Choose at least one model."),
    ({"models": ["premium-xl"]}, "is not available to teams"),
    ({"team_alias": " "}, "Enter a name of 1 to 100 characters."),
    ({"budget_duration": "2 weeks"}, "Choose one of the periods."),
    ({"rpm_limit": "-3"}, "Enter a whole number above 0, or leave the field empty."),
)


async def test_an_error_is_shown_at_its_field_and_keeps_all_values(olga: PortalVisitor) -> None:
    kept = f"Kept {MARKUP}"
    for typed, told in MISTAKES:
        answer = await olga.post("/teams", at="/models", **{"team_alias": kept} | FIELDS | typed)
        assert answer.status_code in {403, 422}
        assert told in answer.text
        assert "No team was created." in answer.text
        assert MARKUP not in answer.text
        assert "team_alias" in typed or "Kept &lt;script&gt;" in answer.text


async def test_a_name_in_use_is_reported_at_the_name_field(office: Office, olga: PortalVisitor) -> None:
    alias = unique("Taken")
    await office.team_of(olga, team_alias=alias)
    answer = await olga.post("/teams", at="/models", team_alias=alias.upper(), **FIELDS)
    assert answer.status_code == 409
    assert "Another team already has this name. Choose another name." in answer.text


async def test_a_member_is_added_to_a_team_and_removed(office: Office, olga: PortalVisitor) -> None:
    team_id, alice = await office.team_of(olga), office.scene.user_id("alice")
    where = f"/teams/{team_id}"
    answer = await olga.post(f"{where}/members", at="/models", person=alice, budget="20")
    assert answer.headers["location"] == where
    assert alice in (await olga.get(where)).text
    question = await olga.get(f"{where}/members/remove?member={alice}")
    assert "This deletes their keys in this team" in question.text
    answer = await olga.post(f"{where}/members/remove", at="/models", member=alice)
    assert answer.headers["location"] == where
    assert "No members yet" in (await olga.get(where)).text
    assert (await olga.get(f"{where}/members/remove?member={alice}")).status_code == 404


NOBODY = (
    ({"person": "nobody-we-know"}, "The directory has no user with this name."),
    ({"person": "a b"}, "Enter a username from the directory, such as jane."),
    ({"person": ""}, "Enter a username from the directory, such as jane."),
    ({"person": "x", "budget": "501"}, "The budget is above the maximum for its period."),
    ({"person": "x", "budget": "many"}, "Enter an amount above $0, or leave the field empty."),
)


async def test_an_invalid_member_is_not_added(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    for typed, told in NOBODY:
        answer = await olga.post(f"/teams/{team_id}/members", at="/models", **typed)
        assert answer.status_code in {403, 404, 422}
        assert told in answer.text
        assert "No member was added." in answer.text


async def test_deleting_a_default_team_needs_a_confirmation(
    surroundings: Surroundings, office: Office, olga: PortalVisitor
) -> None:
    team_id = await office.team_of(olga)
    settings = settings_for_pages(surroundings, office.scene, provisioning={"defaults": {"teams": [team_id]}})
    async with open_desk(settings) as desk:
        again = await Office(desk, office.scene, office.stack).welcome("olga")
        where = f"/teams/{team_id}/delete"
        assert "The configuration adds new accounts to this team" in (await again.get(where)).text
        refused = await again.post(where, at="/models")
        assert (refused.status_code, "The team was not deleted." in refused.text) == (409, True)
        assert (await again.post(where, at="/models", force="true")).status_code == 303


async def test_the_delete_action_is_hidden_if_teams_cannot_be_deleted(
    surroundings: Surroundings, office: Office, olga: PortalVisitor
) -> None:
    team_id = await office.team_of(olga)
    settings = settings_for_pages(surroundings, office.scene, team_admin={"allow_team_delete": False})
    async with open_desk(settings) as desk:
        again = await Office(desk, office.scene, office.stack).welcome("olga")
        assert f"/teams/{team_id}/delete" not in (await again.get(f"/teams/{team_id}")).text
        assert "Block the team instead" in (await again.get(f"/teams/{team_id}/delete")).text
        assert (await again.post(f"/teams/{team_id}/delete", at="/models")).status_code == 403


async def test_markup_in_a_name_is_escaped_on_every_page(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga, team_alias=f"{unique('Odd')} {MARKUP}")
    paths = ("", "/edit", "/delete", "/members/new", "/knowledge-bases", "/mcp-servers")
    for path in (
        "/teams",
        "/usage",
        f"/usage?team={team_id}",
        *(f"/teams/{team_id}{each}" for each in paths),
    ):
        page = (await olga.get(path)).text
        assert "&lt;script&gt;alert(" in page, path
        assert "<script>alert(" not in page, path


async def test_a_hidden_budget_is_on_no_page(
    surroundings: Surroundings, office: Office, olga: PortalVisitor
) -> None:
    team_id = await office.team_of(olga, max_budget="123.45")
    await olga.post(f"/teams/{team_id}/members", at="/models", person=office.scene.user_id("jane"))
    display = {"hide_team_budget_for_members": True, "hide_team_budget_for_managers": True}
    async with open_desk(settings_for_pages(surroundings, office.scene, display=display)) as desk:
        there = Office(desk, office.scene, office.stack)
        for name in ("jane", "olga"):
            visitor = await there.welcome(name)
            for path in ("/teams", f"/teams/{team_id}", f"/usage?team={team_id}"):
                page = (await visitor.get(path)).text
                assert "123.45" not in page, (name, path)
            assert "You do not have access to the spend" in (await visitor.get(f"/usage?team={team_id}")).text
            assert "<dt>Spent</dt>" not in (await visitor.get(f"/usage?team={team_id}")).text
            assert "spend_usd" not in (await visitor.get(f"/usage.csv?team={team_id}")).text
        manager = await there.welcome("olga")
        edit = (await manager.get(f"/teams/{team_id}/edit")).text
        assert "Leave empty to keep the current budget, which is hidden from you." in edit
        assert "123.45" not in edit


async def test_each_page_makes_only_a_few_calls(
    office: Office, olga: PortalVisitor, control: SandboxControl
) -> None:
    team_id = await office.team_of(olga)
    for path in (
        "/usage",
        f"/usage?team={team_id}",
        "/models",
        f"/teams/{team_id}",
        f"/teams/{team_id}/edit",
    ):
        await olga.get(path)
        control.forget()
        assert (await olga.get(path)).status_code == 200
        assert len(control.calls()) <= 6, (path, control.calls())


async def test_pages_show_that_litellm_is_unavailable(
    surroundings: Surroundings, office: Office, control: SandboxControl
) -> None:
    async with open_desk(settings_for_pages(surroundings, office.scene)) as desk:
        olga = await Office(desk, office.scene, office.stack).welcome("olga")
        for path in ("/usage", "/teams", "/models"):
            with control.fault("/", error_rate=1.0):
                answer = await olga.get(path)
            assert answer.status_code in {502, 503}
            assert "request id" in answer.text


@pytest.mark.parametrize("expected", NO_TIMES)
async def test_a_time_at_the_edge_of_the_calendar_is_refused(
    office: Office, olga: PortalVisitor, expected: str
) -> None:
    team_id = await office.team_of(olga)
    form = FIELDS | {"team_alias": unique("Edge"), "expected": expected}
    assert (await olga.post(f"/teams/{team_id}/edit", at="/teams", **form)).status_code == 422
