"""The page of one key: everything for its owner, usage for its team, settings and history for auditors."""

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.desk import Visitor
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway

pytestmark = pytest.mark.anyio


async def used(gateway: Gateway, owner: Visitor, alias: str, **fields: object) -> str:
    """Create a key, make a request with it, and return its id once LiteLLM reports the request."""
    issued = await owner.issue(alias, **fields)
    await gateway.chat(issued["key"])
    await eventually(lambda: owner.read("/usage"), lambda usage: issued["token"] in usage["usage_by_key"])
    key_id: str = issued["token"]
    return key_id


async def test_the_owner_sees_figures_history_and_actions(
    owner: Visitor, jane: PortalVisitor, gateway: Gateway
) -> None:
    key_id = await used(gateway, owner, f"{owner.user_id} own", budget_duration="7d")
    await owner.post(f"/keys/{key_id}/update", max_budget=7.5)
    await owner.post(f"/keys/{key_id}/block")
    page = (await jane.get(f"/keys/{key_id}")).text
    for shown in (f"{owner.user_id} own", "Resets", "Spend by day and model", "gpt-4o-mini", "YOUR_KEY"):
        assert shown in page
    for line in ("Created by you", "Updated by you", "Budget: $5.00 → $7.50", "Blocked by you"):
        assert line in page
    for action in ("edit", "unblock", "delete"):
        assert f"/keys/{key_id}/{action}" in page


async def test_a_key_of_somebody_else_does_not_exist(office: Office, jane: PortalVisitor) -> None:
    bob = await office.desk.sign_in(office.scene.user_id("bob"))
    await bob.read("/user/info")
    key_id = (await bob.issue(f"{bob.user_id} own"))["token"]
    unknown = f"key_{'a' * 26}"
    for path in (key_id, f"{key_id}?owner={bob.user_id}", f"{key_id}?team=unknown", unknown, "%00", "a%2Fb"):
        answer = await jane.get(f"/keys/{path}")
        assert answer.status_code == 404, path
        assert bob.user_id not in answer.text.replace(path, "")


async def test_colleagues_see_the_usage_of_a_team_key_and_nothing_else(
    office: Office, olga: PortalVisitor, owner: Visitor, gateway: Gateway
) -> None:
    team_id = await office.team_of(olga)
    for name in ("jane", "alice"):
        await olga.post(f"/teams/{team_id}/members", at="/models", person=office.scene.user_id(name))
    key_id = await used(gateway, owner, f"{owner.user_id} team", team_id=team_id, models=["gpt-4o"])
    await gateway.chat((await owner.issue(f"{owner.user_id} other"))["key"])
    for visitor in (await office.welcome("alice"), olga):
        page = (await visitor.get(f"/keys/{key_id}?team={team_id}")).text
        assert f"{owner.user_id} team" in page
        assert "You see its usage because you see the usage of the team." in page
        for hidden in (f"/keys/{key_id}/edit", "History", "Test this key", "sk-"):
            assert hidden not in page
    carol = await office.welcome("carol")
    assert (await carol.get(f"/keys/{key_id}?team={team_id}")).status_code == 404


async def test_an_auditor_sees_settings_and_history_but_no_usage(
    office: Office, olga: PortalVisitor, owner: Visitor, gateway: Gateway
) -> None:
    key_id = await used(gateway, owner, f"{owner.user_id} own", budget_duration="7d")
    await owner.post(f"/keys/{key_id}/update", budget_duration="30d", models=["gpt-4o"])
    for path in (f"/keys/{key_id}", f"/keys/{key_id}?owner={owner.user_id}"):
        page = (await olga.get(path)).text
        for shown in (
            f"{owner.user_id} own",
            "You see this key as an auditor.",
            f"Created by Jane of {office.scene.name}",
            "Resets every: 7 days → 30 days",
            "Models: All models → gpt-4o",
        ):
            assert shown in page
        for hidden in ("Tokens</dt>", "→ 30d", "Test this key", f"/keys/{key_id}/block"):
            assert hidden not in page
    assert (await olga.get(f"/keys/{key_id}?owner=somebody-else")).status_code == 404


async def test_a_deleted_key_keeps_its_usage(owner: Visitor, jane: PortalVisitor, gateway: Gateway) -> None:
    key_id = await used(gateway, owner, f"{owner.user_id} own")
    await owner.delete(f"/keys/{key_id}")
    page = (await jane.get(f"/keys/{key_id}")).text
    assert "This key was deleted. Its usage still counts." in page
    assert (await jane.get(f"/keys/{key_id}?start_date=2020-01-01&end_date=2020-01-02")).status_code == 404


async def test_only_the_page_of_an_own_key_may_connect_to_the_gateway(
    office: Office, owner: Visitor, jane: PortalVisitor
) -> None:
    key_id = (await owner.issue(f"{owner.user_id} own"))["token"]
    gateway = office.desk.settings.litellm.base_url
    allowed = {
        path: f"connect-src 'self' {gateway};" in (await jane.get(path)).headers["content-security-policy"]
        for path in (f"/keys/{key_id}", "/keys", "/", f"/keys/{key_id}/edit", "/keys/unknown")
    }
    assert [path for path, is_allowed in allowed.items() if is_allowed] == [f"/keys/{key_id}"]


async def test_lists_link_to_the_page_of_a_key(owner: Visitor, jane: PortalVisitor, gateway: Gateway) -> None:
    key_id = await used(gateway, owner, f"{owner.user_id} own", duration="1d")
    for path in ("/", "/keys", "/usage"):
        assert f'href="/keys/{key_id}' in (await jane.get(path)).text
