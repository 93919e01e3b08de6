"""Keys in the portal follow the same rules as in the API, and the secret is on one page only."""

import re

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio
_SECRET = re.compile(r"sk-[A-Za-z0-9_-]{16,}")
_MARK = re.compile(r'name="form_mark" value="([^"]+)"')


async def create(visitor: PortalVisitor, alias: str, **fields: str) -> str:
    """Return the page after the form."""
    mark = _MARK.search((await visitor.get("/keys/new")).text)
    assert mark is not None
    sent = {"form_mark": mark[1], "alias": alias, "max_budget": "5", "duration": "30d"} | fields
    return (await visitor.post("/keys", at="/keys/new", **sent)).text


async def test_a_secret_is_only_on_the_page_after_creation(jane: PortalVisitor, sign_in: SignIn) -> None:
    alias = (await sign_in("jane")).user_id
    secrets = set(_SECRET.findall(await create(jane, alias)))
    assert len(secrets) == 1
    for path in ("/", "/keys", "/keys/new"):
        answer = await jane.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert secrets.isdisjoint(_SECRET.findall(answer.text))


async def test_the_chosen_tools_come_first_in_the_examples_and_are_kept_with_the_key(
    jane: PortalVisitor, sign_in: SignIn
) -> None:
    api = await sign_in("jane")
    issued = await create(jane, api.user_id, tools="codex")
    assert issued.index("<summary>Codex</summary>") < issued.index("<summary>curl</summary>")
    (key,) = await api.read("/keys")
    page = (await jane.get(f"/keys/{key['token']}")).text
    assert "<dt>Set up for</dt><dd>Codex</dd>" in page
    assert page.index("<summary>Codex</summary>") < page.index("<summary>curl</summary>")


async def test_tools_that_the_portal_does_not_know_are_not_shown(
    jane: PortalVisitor, sign_in: SignIn
) -> None:
    api = await sign_in("jane")
    issued = await api.issue(api.user_id, metadata={"tools": "<b>x</b>,aider"})
    assert "<dt>Set up for</dt><dd>aider</dd>" in (await jane.get(f"/keys/{issued['token']}")).text


async def test_a_key_of_another_person_is_not_found(jane: PortalVisitor, sign_in: SignIn) -> None:
    bob = await sign_in("bob")
    key_id = (await bob.issue(f"{bob.user_id} own"))["token"]
    for path in (f"/keys/{key_id}/edit", f"/keys/{key_id}/delete"):
        assert (await jane.get(path)).status_code == 404
    for action in ("block", "unblock", "delete", "edit"):
        answer = await jane.post(f"/keys/{key_id}/{action}", at="/keys", alias="mine", max_budget="1")
        assert answer.status_code == 404
    assert (await bob.key(key_id))["blocked"] is False


async def test_a_missing_permission_is_named(desk_with: OpenDesk, sign_in: SignIn) -> None:
    person = (await sign_in("jane")).user_id
    async with (
        desk_with(grants={"litellm.key.create": [PLATFORM_TEAM]}) as desk,
        portal_client(desk.app) as http,
    ):
        visitor = PortalVisitor(http)
        await visitor.sign_in(person)
        refused = await visitor.get("/keys/new")
        assert refused.status_code == 403
        assert "litellm.key.create" in refused.text
        assert (await visitor.post("/keys", at="/keys", alias="x", max_budget="1")).status_code == 403


async def test_an_update_sends_only_changed_fields(jane: PortalVisitor, sign_in: SignIn) -> None:
    api = await sign_in("jane")
    issued = await api.issue(f"{api.user_id} own", tpm_limit=100, budget_duration="7d")
    fields = {"alias": f"{api.user_id} own", "max_budget": "5", "budget_duration": "7d"}
    empty = {"tpm_limit": "", "rpm_limit": ""}
    answer = await jane.post(f"/keys/{issued['token']}/edit", at="/keys", **fields, **empty)
    assert answer.headers["location"] == "/keys"
    key = await api.key(issued["token"])
    assert (key["tpm_limit"], key["budget_duration"], key["max_budget"]) == (None, "7d", 5.0)
    assert key["expires_at"] is None


async def test_a_portal_without_sign_in_says_where_to_sign_in(desk_with: OpenDesk) -> None:
    backstage = {"base_url": "http://127.0.0.1:1", "issuer": "https://backstage.example.com/api/auth"}
    async with desk_with(demo={"enabled": False}, identity={"backstage": backstage}) as desk:
        answer = await desk.http.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "in Backstage" in answer.text
    assert 'href="https://backstage.example.com"' in answer.text


async def test_numbers_use_the_browsers_locale(jane: PortalVisitor) -> None:
    answer = await jane.get("/", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
    assert "25,00\xa0$" in answer.text
    for junk in ("xx-invalid;q=z", "*", ";;;", "a" * 500):
        assert "$25.00" in (await jane.get("/", headers={"Accept-Language": junk})).text
