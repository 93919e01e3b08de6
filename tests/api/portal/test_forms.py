"""A form has an effect only with a valid token from the same browser."""

import pytest

from keydesk.auth.csrf import csrf_token
from tests.support.desk.desk import ADDRESS, Desk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client, token_on
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio
OURS = {"Origin": ADDRESS}
FORM = {"alias": "x", "max_budget": "1", "duration": "30d"}


@pytest.mark.parametrize(
    "fields",
    [{}, {"csrf": ""}, {"csrf": "junk"}, {"csrf": "A" * 80}, {"csrf": csrf_token("another browser")}],
    ids=["none", "empty", "junk", "of the right length", "another browser's"],
)
async def test_a_form_without_a_token_changes_nothing(
    jane: PortalVisitor, control: SandboxControl, fields: dict[str, str]
) -> None:
    control.forget()
    for path in (
        "/keys",
        "/keys/key_x/block",
        "/keys/key_x/delete",
        "/keys/expired/delete",
        "/sign-out",
        "/theme",
        "/patterns",
    ):
        answer = await jane.http.post(path, data=FORM | fields, headers=OURS)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text
    assert control.writes() == []
    assert (await jane.get("/keys")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_a_form_from_another_site_changes_nothing_even_with_a_token(
    jane: PortalVisitor, control: SandboxControl, headers: dict[str, str]
) -> None:
    token = token_on(await jane.get("/keys/new"))
    control.forget()
    answer = await jane.http.post("/keys", data=FORM | {"csrf": token}, headers=headers)
    assert answer.status_code == 403
    assert control.writes() == []


async def test_a_token_from_before_the_sign_in_is_invalid_after_it(
    visitor: PortalVisitor, sign_in: SignIn
) -> None:
    before = token_on(await visitor.get("/sign-in"))
    await visitor.sign_in((await sign_in("jane")).user_id)
    answer = await visitor.http.post("/sign-out", data={"csrf": before}, headers=OURS)
    assert answer.status_code == 403


async def test_a_token_of_another_person_is_refused(desk: Desk, jane: PortalVisitor, sign_in: SignIn) -> None:
    async with portal_client(desk.app) as http:
        bob = PortalVisitor(http)
        await bob.sign_in((await sign_in("bob")).user_id)
        token = token_on(await bob.get("/keys"))
    assert (await jane.http.post("/sign-out", data={"csrf": token}, headers=OURS)).status_code == 403


async def test_every_page_has_its_own_token_and_all_are_valid(jane: PortalVisitor) -> None:
    tokens = {token_on(await jane.get("/keys")) for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        answer = await jane.http.post("/theme", data={"csrf": token, "theme": "dark"}, headers=OURS)
        assert answer.status_code == 303


@pytest.mark.parametrize(
    "away",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/" + "x" * 600,
        "",
    ],
)
async def test_no_form_redirects_to_another_site(visitor: PortalVisitor, sign_in: SignIn, away: str) -> None:
    answer = await visitor.sign_in((await sign_in("jane")).user_id, next=away)
    assert answer.headers["location"] == "/"


async def test_a_keydesk_url_is_kept(visitor: PortalVisitor, sign_in: SignIn) -> None:
    answer = await visitor.sign_in((await sign_in("jane")).user_id, next="/keys?q=a%20b")
    assert answer.headers["location"] == "/keys?q=a%20b"


async def test_a_url_cannot_put_text_into_a_page(jane: PortalVisitor) -> None:
    answer = await jane.get("/keys?done=You+must+pay&q=%3Cscript%3E")
    assert "You must pay" not in answer.text
    assert "<script>" not in answer.text


async def test_a_visitor_is_redirected_to_the_sign_in_from_every_page(
    desk: Desk, control: SandboxControl
) -> None:
    control.forget()
    for path in ("/", "/keys", "/keys/new", "/keys/x/edit", "/keys/x/delete", "/keys/expired/delete"):
        answer = await desk.http.get(path)
        assert answer.headers["location"] == f"/sign-in?next={path}"
    assert control.calls() == []
