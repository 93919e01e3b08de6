"""People appear by name, and auditors find their changes by any part of a name or email address."""

import re

import pytest

from keydesk.accounts.names import PeopleNames, PersonName
from keydesk.directory.assembly import ClaimsDirectory
from keydesk.directory.entry import Directory
from keydesk.directory.static import StaticDirectory
from tests.api.pages.conftest import Office
from tests.support.desk.configuring import Surroundings
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on, unique

pytestmark = pytest.mark.anyio


def visible(page: str) -> str:
    """Return the page without tags, details lines, code, and the values of forms."""
    for hidden in ("script", "details", "code", "head"):
        page = re.sub(rf"<{hidden}\b.*?</{hidden}>", "", page, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", page)


@pytest.fixture
async def search_team(office: Office, olga: PortalVisitor) -> str:
    """A team of olga's with alice in it."""
    team_id = await office.team_of(olga, team_alias=unique("Search"), budget_duration="30d")
    alice = await office.welcome("alice")
    await alice.get("/keys")
    person = office.scene.user_id("alice")
    answer = await olga.post(f"/teams/{team_id}/members", at=f"/teams/{team_id}", person=person)
    assert answer.status_code == 303
    return team_id


async def test_a_team_shows_people_groups_and_durations_in_words(
    office: Office, olga: PortalVisitor, search_team: str
) -> None:
    page = (await olga.get(f"/teams/{search_team}")).text
    text = visible(page)
    assert f"Alice of {office.scene.name}" in text
    assert "30 days" in text
    assert "platform-team" in text
    for internal in ("user:default/", "group:default/", "30d", search_team):
        assert internal not in text
    removal = await olga.get(f"/teams/{search_team}/members/remove?member={office.scene.user_id('alice')}")
    assert f"Remove Alice of {office.scene.name} from" in removal.text


async def test_the_header_has_the_name_of_the_person(office: Office, olga: PortalVisitor) -> None:
    (header,) = re.findall(r'<(?:a|span) class="who"[^>]*>([^<]*)<', (await olga.get("/models")).text)
    assert header == f"Olga of {office.scene.name}"


async def test_no_page_shows_references_outside_of_details(
    office: Office, olga: PortalVisitor, search_team: str
) -> None:
    alice = office.scene.user_id("alice")
    paths = (
        "/",
        "/keys",
        "/usage",
        "/teams",
        f"/teams/{search_team}/edit",
        "/teams/new",
        "/models",
        "/audit",
    )
    admin = (
        f"/admin/provisioning?user={alice}",
        "/admin/provisioning?group=platform-team",
        "/admin/accounts",
    )
    for path in (*paths, *admin):
        answer = await olga.get(path)
        assert answer.status_code == 200, path
        text = visible(answer.text)
        assert not re.search(r"(user|group):default/|\b(7|30)d\b", text), path


@pytest.mark.parametrize("part", ["Olga of {scene}", "olga OF {scene}", "{email}", "{user_id}", "{ref}"])
async def test_changes_are_found_by_name_email_and_reference(
    office: Office, olga: PortalVisitor, part: str
) -> None:
    alias = unique("Found")
    await office.team_of(olga, team_alias=alias)
    scene = office.scene
    typed = part.format(
        scene=scene.name, email=scene.email("olga"), user_id=scene.user_id("olga"), ref=scene.ref("olga")
    )
    search = {"changed_by": typed, "table_name": "LiteLLM_TeamTable"}
    page = (await olga.get("/audit", params=search)).text
    assert alias in visible(page)
    assert f"Olga of {scene.name}" in visible(page)
    assert scene.ref("olga") in page
    export = await olga.get("/audit/export", params=search)
    assert alias in export.text


async def test_a_name_finds_nobody_elses_changes(office: Office, olga: PortalVisitor) -> None:
    alias = unique("Other")
    await office.team_of(olga, team_alias=alias)
    page = (await olga.get("/audit", params={"changed_by": f"Alice of {office.scene.name}"})).text
    assert alias not in page


@pytest.mark.parametrize("directory", [StaticDirectory([]), ClaimsDirectory()], ids=["no entry", "claims"])
async def test_people_without_a_directory_entry_have_the_names_of_their_accounts(
    surroundings: Surroundings, office: Office, directory: Directory
) -> None:
    accounts = office.desk.app.state.services.accounts
    async with gateway_of(surroundings.upstream) as gateway, maker_on(gateway) as make:
        named = await make.person(user_alias="Alice Archer")
        nameless = await make.person()
        names = PeopleNames(accounts.gateway, directory, accounts.store, None)
        found = await names.of_accounts([named.user_id, nameless.user_id, "stranger", "no user name!"])
    assert found[named.user_id] == PersonName("Alice Archer", named.email)
    assert found[nameless.user_id] == PersonName(nameless.email, nameless.email)
    assert found["stranger"] == PersonName("stranger")
    assert found["no user name!"] == PersonName("no user name!")


async def test_a_namesake_of_another_namespace_has_no_account(
    surroundings: Surroundings, office: Office
) -> None:
    accounts = office.desk.app.state.services.accounts
    async with gateway_of(surroundings.upstream) as gateway, maker_on(gateway) as make:
        alice = await make.person(user_alias="Alice Archer")
        names = PeopleNames(accounts.gateway, StaticDirectory([]), accounts.store, None)
        refs = [
            f"user:default/{alice.user_id}",
            f"user:other/{alice.user_id}",
            "keydesk",
            "group:default/search",
        ]
        found = await names.of_refs(refs)
        assert await names.of_groups(refs[3:]) == {"group:default/search": "search"}
    assert {ref: person.name for ref, person in found.items()} == {
        refs[0]: "Alice Archer",
        refs[1]: alice.user_id,
    }
