"""What keeps a browser safe: no script, nothing from elsewhere, and no other site's forms."""

from collections.abc import Iterator

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture(scope="module")
def foreign_site() -> Iterator[str]:
    """Another site on this machine, with a form that goes wherever its address says."""

    def form(request: Request) -> HTMLResponse:
        fields = "".join(
            f'<input name="{name}" value="{value}">' for name, value in request.query_params.items()
        )
        action = request.query_params["action"]
        return HTMLResponse(f'<form method="post" action="{action}">{fields}<button>Win</button></form>')

    with served(Starlette(routes=[Route("/", form)])) as url:
        yield url


async def test_pages_forbid_scripts_and_everything_from_elsewhere(as_jane: Visit) -> None:
    for path in ("/", "/sign-in", "/keys/key_nothing/block"):
        answer = await as_jane.page.request.get(path)
        policy = answer.headers["content-security-policy"]
        directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
        assert directives["default-src"] == ["'none'"]
        assert directives["style-src"] == ["'self'"]
        assert "script-src" not in directives
        assert "unsafe-inline" not in policy
        assert answer.headers["cache-control"] == "no-store"


async def test_pages_need_no_script_and_nothing_from_elsewhere(
    as_newcomer: Visit, newcomer: Newcomer
) -> None:
    """The window itself checks for complaints and foreign requests when it is closed."""
    await as_newcomer.create_key(f"{newcomer.user_id} walk")
    await as_newcomer.follow("Done")
    await as_newcomer.press(f"Block {newcomer.user_id} walk")
    kinds = {request.resource_type for request in as_newcomer.requests}
    assert kinds <= {"document", "stylesheet", "image", "other"}
    assert await as_newcomer.page.locator("script, [style], style, [onclick], [onload]").count() == 0


async def test_everything_works_with_scripts_turned_off(window: OpenWindow, newcomer: Newcomer) -> None:
    async with window(java_script_enabled=False) as visit:
        await visit.become(newcomer.name)
        await visit.page.get_by_label("Name", exact=True).fill(f"{newcomer.user_id} plain")
        await visit.press("Create key")
        await visit.follow("Done")
        await visit.page.get_by_role("button", name="Delete").click()
        await visit.press("Delete for good")
        await expect(visit.page.get_by_text("You have no keys yet")).to_be_visible()


async def test_another_sites_form_creates_no_key(
    as_newcomer: Visit, newcomer: Newcomer, foreign_site: str, api: AskApi
) -> None:
    """For cookies, another port of this machine is the same site: only the origin tells them apart."""
    target = f"{as_newcomer.origin}/keys"
    await as_newcomer.page.goto(f"{foreign_site}/?action={target}&alias=stolen&max_budget=1")
    assert (await as_newcomer.press("Win")).status == 403
    assert await (await api(newcomer.user_id)).read("/keys") == []
    as_newcomer.requests.clear()


async def test_another_sites_form_signs_nobody_in_or_out(as_jane: Visit, foreign_site: str) -> None:
    for path in ("/sign-in", "/sign-out"):
        await as_jane.page.goto(f"{foreign_site}/?action={as_jane.origin}{path}&person=bob")
        assert (await as_jane.press("Win")).status == 403
    await as_jane.page.goto("/")
    await expect(as_jane.page.get_by_role("heading", level=1)).to_have_text("Jane Doe")
    as_jane.requests.clear()
