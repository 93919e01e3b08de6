"""The page /report-leak, and the banner on the page of a leaked key."""

import pytest

from tests.support.desk.desk import ADDRESS, Desk, OpenDesk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client, token_on
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
PATH = "/report-leak"
THANKS = "Thank you."
UNKNOWN = "sk-" + "u" * 22


async def test_a_stranger_reports_a_key_on_the_page(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with portal_client(desk.app) as http:
        stranger = PortalVisitor(http)
        assert f'href="{PATH}"' in (await stranger.get("/sign-in")).text
        answer = await stranger.post(PATH, at=PATH, key=issued["key"], found_at="https://example.com/?a=b")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?sent=yes")
        assert THANKS in (await stranger.get(f"{PATH}?sent=yes")).text
    assert (await gateway.chat(issued["key"])).status == 401


async def test_the_response_is_the_same_for_every_key(desk: Desk, as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with portal_client(desk.app) as http:
        stranger = PortalVisitor(http)
        answers = [await stranger.post(PATH, at=PATH, key=key) for key in (issued["key"], UNKNOWN, "no key")]
    assert len({(answer.status_code, answer.headers["location"], answer.content) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"key": ""}, "Paste the whole key"),
        ({"key": "sk-" + "x" * 500}, "Paste the whole key"),
        ({"key": UNKNOWN, "found_at": "x" * 2001}, "Use at most 2,000 characters."),
    ],
)
async def test_a_mistake_is_shown_at_its_field_without_the_key(
    desk: Desk, fields: dict[str, str], text: str
) -> None:
    async with portal_client(desk.app) as http:
        answer = await PortalVisitor(http).post(PATH, at=PATH, **fields)
    assert answer.status_code == 422
    assert text in answer.text
    assert "sk-u" not in answer.text
    assert "sk-x" not in answer.text


async def test_a_report_needs_a_form_of_keydesk(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with portal_client(desk.app) as http:
        token = token_on(await http.get(PATH))
        form = {"key": issued["key"]}
        for data, origin in ((form, ADDRESS), (form | {"csrf": token}, "https://evil.example")):
            answer = await http.post(PATH, data=data, headers={"Origin": origin})
            assert answer.status_code == 403
            assert issued["key"] not in answer.text
            assert issued["key"] not in str(answer.headers)
    assert (await gateway.chat(issued["key"])).status == 200


async def test_the_page_has_the_limit_of_the_route(desk_with: OpenDesk) -> None:
    async with desk_with(leaks={"per_address_per_minute": 1}) as desk, portal_client(desk.app) as http:
        stranger = PortalVisitor(http)
        statuses = [(await stranger.post(PATH, at=PATH, key=UNKNOWN)).status_code for _ in range(2)]
        assert (await desk.stranger().post("/leaks", key=UNKNOWN)).status_code == 429
    assert statuses == [303, 429]


async def test_the_page_can_be_turned_off(desk_with: OpenDesk) -> None:
    async with desk_with(leaks={"public": False}) as desk, portal_client(desk.app) as http:
        stranger = PortalVisitor(http)
        assert (await stranger.get(PATH)).status_code == 404
        assert (await stranger.post(PATH, key=UNKNOWN)).status_code == 404
        assert PATH not in (await stranger.get("/sign-in")).text


async def test_the_owner_sees_where_the_key_was_found_and_cannot_unblock_it(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    leaked, blocked = await jane.issue(unique("leaked")), await jane.issue(unique("blocked"))
    place = "https://example.com/<b>file</b>"
    await desk.stranger().post("/leaks", key=leaked["key"], found_at=place)
    await gateway.post("/key/block", key=token_of(blocked["key"]))
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(jane.user_id)
        page = (await visitor.get(f"/keys/{leaked['token']}")).text
        other = (await visitor.get(f"/keys/{blocked['token']}")).text
        refused = await visitor.post(f"/keys/{leaked['token']}/unblock")
    assert "This key was leaked and is blocked" in page
    assert "https://example.com/&lt;b&gt;file&lt;/b&gt;" in page
    assert "Someone who has the key reported it." in page
    assert "Reported as leaked" in page
    assert f"/keys/{leaked['token']}/unblock" not in page
    assert "This key was leaked" not in other
    assert refused.status_code == 403
    assert "stays blocked" in refused.text
