"""The items of the command palette: what this person can open, by name, and nothing of others."""

import re
from typing import Any

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor

pytestmark = pytest.mark.anyio
PALETTE = "/palette"
_MARK = re.compile(r'name="form_mark" value="([^"]+)"')


async def items_of(visitor: PortalVisitor) -> list[dict[str, Any]]:
    answer = await visitor.get(PALETTE)
    assert answer.headers["content-type"] == "application/json"
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def labels(items: list[dict[str, Any]], kind: str) -> set[str]:
    return {item["label"] for item in items if item["kind"] == kind}


async def test_a_person_finds_their_own_keys_teams_and_actions(
    office: Office, olga: PortalVisitor, jane: PortalVisitor
) -> None:
    alias = f"{office.scene.user_id('jane')} palette"
    mark = _MARK.search((await jane.get("/keys/new")).text)
    assert mark is not None
    form = {"alias": alias, "max_budget": "5", "duration": "30d", "form_mark": mark[1]}
    assert (await jane.post("/keys", at="/keys/new", **form)).status_code == 200
    team_id = await office.team_of(olga)
    await olga.post(f"/teams/{team_id}/members", at="/models", person=office.scene.user_id("jane"))
    carol = await office.welcome("carol")

    own = await items_of(jane)
    assert alias in labels(own, "Key")
    (team,) = [item for item in own if item["href"] == f"/teams/{team_id}"]
    assert team["label"] != team_id
    assert "gpt-4o" in labels(own, "Model")
    assert labels(own, "Action") == {"New key"}
    others = await items_of(carol)
    assert alias not in labels(others, "Key")
    assert team["label"] not in labels(others, "Team")
    assert labels(others, "Action") == {"New key", "New team"}


async def test_the_pages_are_those_of_the_navigation(olga: PortalVisitor, jane: PortalVisitor) -> None:
    assert labels(await items_of(jane), "Page") == {"Home", "Keys", "Usage", "Teams", "Models", "Playground"}
    own = await items_of(olga)
    assert {"Audit log", "Admin", "Admin: Provisioning"} <= labels(own, "Page")
    for item in own:
        if item["kind"] == "Page":
            assert (await olga.get(item["href"])).status_code == 200


async def test_the_items_are_not_stored_but_conditional(jane: PortalVisitor) -> None:
    answer = await jane.get(PALETTE)
    assert answer.headers["cache-control"] == "no-store"
    again = await jane.get(PALETTE, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    german = await jane.get(
        PALETTE, headers={"If-None-Match": answer.headers["etag"], "Accept-Language": "de"}
    )
    assert german.status_code == 200
    assert "Neuer Key" in labels(german.json()["items"], "Aktion")


async def test_a_stranger_is_sent_to_the_sign_in(office: Office) -> None:
    answer = await (await office.stranger()).get(PALETTE)
    assert answer.status_code == 303


async def test_the_single_key_shortcuts_can_be_turned_off(jane: PortalVisitor) -> None:
    assert 'data-single-keys="on"' in (await jane.get("/models")).text
    answer = await jane.post("/single-keys", at="/models", single_keys="off", next="/models")
    assert answer.headers["location"] == "/models"
    assert 'data-single-keys="off"' in (await jane.get("/models")).text
