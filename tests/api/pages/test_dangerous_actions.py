"""Before a team is blocked or deleted, or a member is removed, the page says how many keys stop working."""

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@pytest.fixture
async def team_id(office: Office, olga: PortalVisitor) -> str:
    """A team in which alice has two keys and jane has one, and another of jane's that is blocked."""
    team_id = await office.team_of(olga)
    for name, count in (("alice", 2), ("jane", 2)):
        user_id = office.scene.user_id(name)
        await olga.post(f"/teams/{team_id}/members", at="/models", person=user_id)
        api = await office.desk.sign_in(user_id)
        ids = [(await api.issue(unique(name), team_id=team_id))["token"] for _ in range(count)]
        if name == "jane":
            await api.post(f"/keys/{ids[0]}/block")
    return team_id


async def test_the_page_counts_the_keys_and_people(
    office: Office, olga: PortalVisitor, team_id: str, control: SandboxControl
) -> None:
    alice = office.scene.user_id("alice")
    told = "Requests with 3 keys of 2 people are rejected immediately."
    control.forget()
    for path, text in (
        ("block", f"{told} You can unblock the team at any time."),
        ("delete", told),
        (f"members/remove?member={alice}", "Requests with 2 keys of 1 person are rejected immediately."),
    ):
        page = await olga.get(f"/teams/{team_id}/{path}")
        assert page.status_code == 200
        assert text in page.text
    assert control.writes() == []


async def test_a_block_is_undone_from_its_message(olga: PortalVisitor, team_id: str) -> None:
    where = f"/teams/{team_id}"
    assert f'href="{where}/block"' in (await olga.get(where)).text
    assert (await olga.post(f"{where}/block", at=f"{where}/block")).headers["location"] == where
    page = (await olga.get(where)).text
    message = page.partition('class="notice good flash"')[2].partition("</div>")[0]
    assert "Team blocked." in message
    assert f'action="{where}/unblock"' in message
    await olga.post(f"{where}/unblock", at="/models")
    assert "within budget" in (await olga.get(where)).text


async def test_a_team_without_working_keys_says_so(office: Office, olga: PortalVisitor) -> None:
    page = (await olga.get(f"/teams/{await office.team_of(olga)}/block")).text
    assert "No working key is affected." in page


async def test_only_managers_see_how_many_keys_a_team_has(
    office: Office, jane: PortalVisitor, team_id: str
) -> None:
    for visitor in (jane, await office.welcome("carol")):
        for path in ("block", "delete"):
            assert (await visitor.get(f"/teams/{team_id}/{path}")).status_code in {403, 404}
