"""Pages require the same permissions as the API's routes, and accept changes only from Keydesk's own forms."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from keydesk.kit.permission import Permission
from tests.api.pages.conftest import Office
from tests.support.desk.access import needs_only
from tests.support.desk.desk import ADDRESS
from tests.support.desk.portal import PortalVisitor, token_on

pytestmark = [pytest.mark.anyio, pytest.mark.long]

FOR_AUDITORS = (
    "/audit", "/audit/export", "/admin", "/admin/provisioning", "/admin/accounts", "/admin/accounts/compare",
    "/admin/keys?page=1", "/admin/configuration", "/admin/notices", "/admin/findings", "/admin/statements",
)  # fmt: skip
FOR_EVERYBODY = (
    "/usage",
    "/usage.csv",
    "/usage/calls",
    "/usage/calls.csv",
    "/teams",
    "/models",
    "/notifications",
    "/machines",
    "/device",
)
FORMS_OF_A_TEAM = (
    "edit",
    "block",
    "delete",
    "members/new",
    "members/remove?member=x",
    "knowledge-bases",
    "mcp-servers",
    "alerts",
    "service-keys",
    "service-keys/new",
    "service-keys/key_unknown/contacts",
)
CHANGES_OF_A_TEAM = (
    "edit", "block", "unblock", "delete", "members", "members/remove", "knowledge-bases", "mcp-servers",
    "alerts", "service-keys", "service-keys/key_unknown/block", "service-keys/key_unknown/rotate",
)  # fmt: skip


async def test_a_visitor_without_a_session_is_sent_to_the_sign_in(office: Office) -> None:
    stranger = await office.stranger()
    for path in (*FOR_AUDITORS, *FOR_EVERYBODY, "/teams/new", "/teams/any"):
        answer = await stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=")


async def test_only_auditors_can_open_the_audit_pages(office: Office, olga: PortalVisitor) -> None:
    others = [await office.welcome(name) for name in ("jane", "carol")]
    for path in FOR_AUDITORS:
        assert (await olga.get(path)).status_code == 200
        for visitor in others:
            answer = await visitor.get(path)
            assert (answer.status_code, "litellm.audit" in answer.text) == (403, True)


async def test_the_header_links_only_to_pages_that_the_person_can_open(
    olga: PortalVisitor, jane: PortalVisitor
) -> None:
    assert '<a href="/audit"' in (await olga.get("/teams")).text
    page = (await jane.get("/teams")).text
    assert '<a href="/usage"' in page
    assert '<a href="/audit"' not in page
    assert '<a href="/admin"' not in page


async def test_a_member_cannot_open_the_team_forms(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    await olga.post(f"/teams/{team_id}/members", at="/models", person=office.scene.user_id("jane"))
    jane, carol = await office.welcome("jane"), await office.welcome("carol")
    assert (await jane.get(f"/teams/{team_id}")).status_code == 200
    assert (await carol.get(f"/teams/{team_id}")).status_code == 404
    for path in FORMS_OF_A_TEAM:
        assert (await jane.get(f"/teams/{team_id}/{path}")).status_code == 403
        assert (await carol.get(f"/teams/{team_id}/{path}")).status_code == 404


async def test_a_member_sees_no_manager_actions(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    await olga.post(f"/teams/{team_id}/members", at="/models", person=office.scene.user_id("jane"))
    jane = await office.welcome("jane")
    page = (await jane.get(f"/teams/{team_id}")).text
    for offered in ("/edit", "/delete", "/block", "/members/new", "/members/remove", "/knowledge-bases"):
        assert f"/teams/{team_id}{offered}" in (await olga.get(f"/teams/{team_id}")).text
        assert f"/teams/{team_id}{offered}" not in page
    assert "/teams/new" not in (await jane.get("/teams")).text


async def test_a_team_change_without_permission_is_refused(
    office: Office, olga: PortalVisitor, jane: PortalVisitor
) -> None:
    team_id = await office.team_of(olga)
    carol = await office.welcome("carol")
    form = {"blocked": "true", "person": "jane", "member": "jane", "given": "x", "team_alias": "Mine"}
    for change in CHANGES_OF_A_TEAM:
        assert (await jane.post(f"/teams/{team_id}/{change}", at="/models", **form)).status_code == 403
        assert (await carol.post(f"/teams/{team_id}/{change}", at="/models", **form)).status_code == 404
    assert (await olga.get(f"/teams/{team_id}")).status_code == 200


async def test_a_form_of_another_site_changes_nothing(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    token = token_on(await olga.get("/teams"))
    form = {"person": office.scene.user_id("jane"), "member": "x", "team_alias": "Mine", "max_budget": "1"}
    ours, foreign = {"Origin": ADDRESS}, {"Origin": "https://evil.example.com"}
    for change in CHANGES_OF_A_TEAM:
        for data, headers in (
            (form, ours),
            (form | {"csrf": "x" * 80}, ours),
            (form | {"csrf": token}, foreign),
        ):
            answer = await olga.http.post(f"/teams/{team_id}/{change}", data=data, headers=headers)
            assert (answer.status_code, "Request blocked" in answer.text) == (403, True)
    page = (await olga.get(f"/teams/{team_id}")).text
    assert "within budget" in page
    assert "No members yet" in page


async def test_creating_a_team_needs_a_csrf_token_and_a_manager(
    olga: PortalVisitor, jane: PortalVisitor
) -> None:
    form = {"team_alias": "Forged", "models": "gpt-4o", "max_budget": "1"}
    assert (await olga.http.post("/teams", data=form, headers={"Origin": ADDRESS})).status_code == 403
    assert (await jane.post("/teams", at="/models", **form)).status_code == 403
    assert "Forged" not in (await olga.get("/teams")).text


def pages_in(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            yield from pages_in(inner)
        if isinstance(route, APIRoute) and not route.include_in_schema:
            yield route


async def test_every_page_declares_its_access_rule(office: Office) -> None:
    declared = {
        f"{method} {route.path}": (route.openapi_extra or {}).get("x-keydesk-access")
        for route in pages_in(office.desk.app.routes)
        for method in route.methods or ()
    }
    known = {"public", "person", *Permission}
    assert {page for page, access in declared.items() if not needs_only(known, access)} == set()
    assert declared["GET /audit"] == Permission.AUDIT_READ
    assert declared["POST /teams/{team_id}/delete"] == Permission.TEAM_DELETE
