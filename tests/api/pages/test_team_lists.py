"""The lists of teams and members: the URL holds their state, and each keeps that of the other."""

import re
from html import unescape

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor

pytestmark = pytest.mark.anyio
_TEAM = re.compile(r'<a class="name" href="/teams/[^"]+">([^<]+)</a>')
_LINKS = re.compile(r'class="sort" href="([^"]+)"')


def parts(page: str) -> tuple[str, str]:
    """Return the parts of the page with the joined and with the managed teams."""
    joined, _, managed = page.partition('aria-label="Teams I manage"')
    return joined, managed


async def test_each_list_keeps_the_state_of_the_other(office: Office, olga: PortalVisitor) -> None:
    run = office.scene.name
    first, second = [await office.team_of(olga, team_alias=f"{name} {run}") for name in ("Alpha", "Beta")]
    for team_id in (first, second):
        await olga.post(f"/teams/{team_id}/members", at="/teams", person=office.scene.user_id("olga"))
    await olga.post(f"/teams/{second}/block", at="/teams")
    state = f"q=alpha+{run}&managed-q={run}&managed-state=blocked"
    joined, managed = parts((await olga.get(f"/teams?{state}")).text)
    assert _TEAM.findall(joined) == [f"Alpha {run}"]
    assert _TEAM.findall(managed) == [f"Beta {run}"]
    for part, prefix in ((joined, ""), (managed, "managed-")):
        for link in map(unescape, _LINKS.findall(part)):
            assert {*link.partition("?")[2].split("&")} >= {*state.split("&")}
            assert f"&{prefix}sort=" in link
    assert f'name="managed-q" value="{run}"' in joined


async def test_members_have_pages_and_removing_one_leads_back(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    where = f"/teams/{team_id}"
    members = [office.scene.user_id(name) for name in ("alice", "bob", "carol", "jane", "olga")]
    crowd = [{"role": "user", "user_id": f"crowd-{number:02}"} for number in range(26)]
    gateway = office.desk.app.state.services.teams.gateway
    for name in members:
        await olga.post(f"{where}/members", at="/teams", person=name)
    for member in crowd:
        await gateway.teams.add_member(team_id, member["user_id"], member["role"], None)
    page = (await olga.get(f"{where}?rows=25&page=2&sort=-name")).text
    assert "Page 2 of 2" in page
    assert page.count("data-opens-dialog") >= 6
    state = f"{where}?sort=-name&rows=25&page=2"
    form = (await olga.get(f"{where}/members/remove", params={"member": members[0], "next": state})).text
    assert form.count(state.replace("&", "&amp;")) == 2
    answer = await olga.post(f"{where}/members/remove", at="/teams", member=members[0], next=state)
    assert answer.headers["location"] == state
    found = (await olga.get(f"{where}?q=CAROL&col=name")).text
    assert re.findall(r'<th scope="row"><span class="name">([^<]+)<', found) == [
        f"Carol of {office.scene.name}"
    ]
    assert 'data-label="Email"' not in found
