"""The list of keys: the URL holds its state, and every action leads back to it."""

import re
from html import unescape

import pytest

from tests.support.desk.desk import SignIn, Visitor
from tests.support.desk.portal import PortalVisitor

pytestmark = [pytest.mark.anyio, pytest.mark.long]
_NAME = re.compile(r'<a class="name" href="/keys/[^"]*">([^<]+)</a>')
COUNT = 27
STATE = "/keys?q=many&sort=name&rows=25&page=2"


@pytest.fixture
async def owner(sign_in: SignIn) -> Visitor:
    """Jane's API client, with more keys than fit on the smallest page."""
    api = await sign_in("jane")
    for number in range(COUNT):
        await api.issue(f"{api.user_id} many {number:02}", duration="7d")
    return api


def names_on(page: str) -> list[str]:
    return [unescape(name).rpartition(" ")[2] for name in _NAME.findall(page)]


@pytest.mark.usefixtures("owner")
async def test_pages_have_every_key_once(jane: PortalVisitor) -> None:
    first = (await jane.get("/keys?sort=name&rows=25")).text
    assert "Page 1 of 2" in first
    following = unescape(first.partition('rel="next" href="')[2].partition('"')[0])
    assert following == "/keys?sort=name&rows=25&page=2"
    second = (await jane.get(following)).text
    assert names_on(first) + names_on(second) == [f"{number:02}" for number in range(COUNT)]
    assert 'rel="next"' not in second
    assert names_on((await jane.get("/keys?sort=name&rows=25&page=99")).text) == names_on(second)


async def test_an_action_leads_back_to_the_same_state(jane: PortalVisitor, owner: Visitor) -> None:
    page = (await jane.get(STATE)).text
    shown = names_on(page)
    (key,) = [each for each in await owner.read("/keys") if each["key_alias"].endswith(shown[0])]
    assert f'value="{STATE.replace("&", "&amp;")}"' in page
    for action in ("block", "unblock"):
        answer = await jane.post(f"/keys/{key['token']}/{action}", at="/keys", next=STATE)
        assert answer.headers["location"] == STATE
        assert names_on((await jane.get(answer.headers["location"])).text) == shown
    for action in ("edit", "delete"):
        link = re.search(rf'href="(/keys/{key["token"]}/{action}\?[^"]+)"', page)
        assert link is not None
        form = (await jane.get(unescape(link[1]))).text
        assert form.count(STATE.replace("&", "&amp;")) == 2, "the form's field and the link that cancels"
        fields = {"alias": key["key_alias"], "max_budget": "4"}
        answer = await jane.post(f"/keys/{key['token']}/{action}", at="/keys", next=STATE, **fields)
        assert answer.headers["location"] == STATE


async def test_a_mistake_in_a_form_keeps_the_way_back(jane: PortalVisitor, owner: Visitor) -> None:
    (key, *_) = await owner.read("/keys")
    answer = await jane.post(f"/keys/{key['token']}/edit", at="/keys", next=STATE, alias="", max_budget="4")
    assert answer.status_code == 422
    assert answer.text.count(STATE.replace("&", "&amp;")) == 2


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example/keys", "/\\evil.example", "/" + "x" * 3000]
)
async def test_no_action_leads_to_another_site(jane: PortalVisitor, sign_in: SignIn, away: str) -> None:
    api = await sign_in("jane")
    key_id = (await api.issue(f"{api.user_id} own"))["token"]
    answer = await jane.post(f"/keys/{key_id}/block", at="/keys", next=away)
    assert answer.headers["location"].partition("?")[0] == "/keys"
    page = (await jane.get(f"/keys/{key_id}/delete", params={"next": away})).text
    assert f'"{away}"' not in page
    assert '<input type="hidden" name="next" value="/keys">' in page


async def test_filters_and_columns_are_in_the_url(jane: PortalVisitor, owner: Visitor) -> None:
    keys = sorted(await owner.read("/keys"), key=lambda key: str(key["key_alias"]))
    await owner.post(f"/keys/{keys[3]['token']}/block")
    page = (await jane.get("/keys?state=blocked&expires=7d&team=none&col=name&col=created")).text
    assert names_on(page) == ["03"]
    assert '<option value="blocked" selected>' in page
    assert re.findall(r'<td data-label="([^"]+)"', page) == ["Created"]
    sorting = unescape(re.findall(r'class="sort" href="([^"]+)"', page)[0])
    assert sorting == "/keys?state=blocked&team=none&expires=7d&sort=name&col=name&col=created"


async def test_a_list_of_few_keys_has_no_filters(jane: PortalVisitor, sign_in: SignIn) -> None:
    api = await sign_in("jane")
    await api.issue(f"{api.user_id} own")
    page = (await jane.get("/keys")).text
    assert 'name="team"' not in page
    assert 'type="checkbox"' not in page
