"""The pages of a team's own keys: admins of the team create, change and delete them with forms."""

import re

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Team, maker_on, unique

pytestmark = pytest.mark.anyio
_MARK = re.compile(r'name="form_mark" value="([^"]+)"')
_SECRET = re.compile(r'id="secret" readonly value="([^"]+)"')


def mark_on(page: str) -> str:
    found = _MARK.search(page)
    assert found is not None, page
    return found[1]


async def created(visitor: PortalVisitor, keys: str, **fields: str) -> tuple[str, str]:
    """Create a key with the form. Return the path of its page, and the secret."""
    form = (await visitor.get(f"{keys}/new")).text
    sent = {"alias": unique("reports"), "max_budget": "5", "duration": "30d"} | fields
    page = (await visitor.post(keys, at=f"{keys}/new", form_mark=mark_on(form), **sent)).text
    secret, where = _SECRET.search(page), re.search(rf'href="({keys}/key_[a-z0-9]+)"', page)
    assert secret is not None, page
    assert where is not None, page
    return where[1], secret[1]


async def test_an_admin_creates_and_manages_a_key(
    office: Office, olga: PortalVisitor, gateway: Gateway
) -> None:
    team_id = await office.team_of(olga)
    keys = f"/teams/{team_id}/service-keys"
    assert f'href="{keys}"' in (await olga.get(f"/teams/{team_id}")).text
    assert "This team has no service keys." in (await olga.get(keys)).text
    jane, bob = office.scene.user_id("jane"), office.scene.user_id("bob")
    here, secret = await created(olga, keys, contacts=f"{jane}, {bob}")
    page = (await olga.get(here)).text
    assert office.scene.ref("jane") in page
    assert office.scene.ref("bob") in page
    assert secret not in page
    assert (await olga.post(f"{here}/block", at=here)).headers["location"] == here
    assert not await gateway.accepts(secret)
    assert "blocked" in (await olga.get(keys)).text
    assert (await olga.post(f"{here}/unblock", at=here)).status_code == 303
    assert (await olga.post(f"{here}/contacts", at=f"{here}/contacts", contacts=bob)).status_code == 303
    assert office.scene.ref("jane") not in (await olga.get(here)).text
    edited = await olga.post(f"{here}/edit", at=f"{here}/edit", alias=unique("x"), max_budget="7")
    assert edited.headers["location"] == here
    assert "$7.00" in (await olga.get(here)).text
    assert (await olga.post(f"{here}/extend", at=f"{here}/extend", duration="90d")).status_code == 303
    assert (await olga.post(f"{here}/delete", at=f"{here}/delete")).headers["location"] == keys
    assert (await olga.get(here)).status_code == 404


async def test_a_rotated_key_shows_its_new_secret_once(office: Office, olga: PortalVisitor) -> None:
    keys = f"/teams/{await office.team_of(olga)}/service-keys"
    here, secret = await created(olga, keys, contacts=office.scene.user_id("jane"))
    question = (await olga.get(f"{here}/rotate")).text
    form = {"form_mark": mark_on(question), "overlap": "1h"}
    answer = (await olga.post(f"{here}/rotate", at=here, **form)).text
    found = _SECRET.search(answer)
    assert found is not None, answer
    assert found[1] != secret
    assert f'href="{here}"' in answer
    assert "The previous secret works until" in (await olga.get(here)).text
    ended = await olga.post(f"{here}/end-previous-secret", at=here)
    assert ended.headers["location"] == here


async def test_mistakes_are_shown_at_their_fields(office: Office, olga: PortalVisitor) -> None:
    keys = f"/teams/{await office.team_of(olga)}/service-keys"
    form = (await olga.get(f"{keys}/new")).text
    sent = {"alias": "x", "max_budget": "5", "duration": "30d", "contacts": "nobody-we-know"}
    answer = await olga.post(keys, at=f"{keys}/new", form_mark=mark_on(form), **sent)
    assert answer.status_code == 422
    assert 'id="fault-contacts"' in answer.text
    assert "nobody-we-know" in answer.text
    here, _ = await created(olga, keys, contacts=office.scene.user_id("jane"))
    answer = await olga.post(f"{here}/contacts", at=f"{here}/contacts", contacts="")
    assert (answer.status_code, 'id="fault-contacts"' in answer.text) == (422, True)


async def test_a_key_from_litellm_has_no_actions(
    office: Office, olga: PortalVisitor, gateway: Gateway
) -> None:
    team_id = await office.team_of(olga)
    keys = f"/teams/{team_id}/service-keys"
    async with maker_on(gateway) as make:
        await make.key(team=Team(team_id, ""), max_budget=1.0)
        page = (await olga.get(keys)).text
        assert "created outside of Keydesk" in page
        where = re.search(rf'href="({keys}/key_[a-z0-9]+)"', page)
        assert where is not None
        shown = (await olga.get(where[1])).text
        assert f"{where[1]}/block" not in shown
        assert (await olga.post(f"{where[1]}/block", at=keys)).status_code == 403


async def test_the_page_of_a_key_shows_its_usage_history_and_examples(
    office: Office, olga: PortalVisitor, gateway: Gateway
) -> None:
    keys = f"/teams/{await office.team_of(olga)}/service-keys"
    here, secret = await created(olga, keys, contacts=office.scene.user_id("jane"), models="gpt-4o")
    assert "No usage in this period." in (await olga.get(here)).text
    assert (await gateway.chat(secret, model="gpt-4o")).status == 200

    async def shown() -> str:
        return (await olga.get(here)).text

    page = await eventually(shown, lambda text: "Spend by day and model" in text)
    for text in ("Created by you", "YOUR_KEY", "gpt-4o", f"{here}?start_date="):
        assert text in page
    assert "?team=" not in page
    before = "start_date=2025-01-01&end_date=2025-01-02"
    assert "No usage in this period." in (await olga.get(f"{here}?{before}")).text
