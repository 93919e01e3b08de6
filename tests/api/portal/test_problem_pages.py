"""Browsers get an error page with the next step; API clients get a problem."""

import anyio
import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from keydesk.app import API
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PROGRAM = {"Accept": "application/json"}
DIALOG = {"Accept": "*/*", "HX-Request": "true"}


def assert_page(answer: httpx2.Response, status: int, *sentences: str) -> None:
    """The response is a complete page with the usual headers and these texts."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert '<main id="main"' in answer.text
    for sentence in sentences:
        assert sentence in answer.text


async def test_a_rate_limited_person_sees_the_time_to_wait(desk_with: OpenDesk, sign_in: SignIn) -> None:
    person = (await sign_in("jane")).user_id
    async with desk_with(limits={"reads_per_minute": 3}) as desk, portal_client(desk.app) as http:
        jane = PortalVisitor(http)
        await jane.sign_in(person)
        for _ in range(3):
            await jane.get("/keys?q=x", headers=BROWSER)
        for headers in (BROWSER, DIALOG):
            refused = await jane.get("/keys?q=x", headers=headers)
            assert_page(refused, 429, "You sent too many requests.", 'href="/keys?q=x">Try again')
            wait = refused.headers["retry-after"]
            assert f"Wait {wait} second" in refused.text
            assert "Retry-After" not in refused.text
        assert_problem(await jane.get("/keys", headers=PROGRAM), 429, "too-many-requests")
        assert_problem(await jane.get(f"{API}/keys", headers=BROWSER), 429, "too-many-requests")


async def test_the_sign_in_form_counts_against_the_limit(desk_with: OpenDesk, sign_in: SignIn) -> None:
    person = (await sign_in("jane")).user_id
    async with (
        desk_with(limits={"failed_sign_ins_per_minute": 2}) as desk,
        portal_client(desk.app) as http,
    ):
        visitor = PortalVisitor(http)
        for _ in range(2):
            assert (await visitor.post("/sign-in", person="nobody")).status_code == 404
        http.headers.update(BROWSER)
        assert_page(await visitor.post("/sign-in", person=person), 429, "Wait ", 'href="/">Try again')
        assert visitor.cookie() is None
        assert (await visitor.get("/sign-in")).status_code == 200


async def test_an_overloaded_keydesk_shows_an_error_page(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with(limits={"concurrent_requests": 1}) as desk, anyio.create_task_group() as group:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        control.forget()

        async def asked() -> bool:
            return "POST /key/generate" in control.calls()

        with control.fault("/key/generate", latency_seconds=1.0):
            group.start_soon(jane.issue, unique("laptop"))
            await eventually(asked, bool)
            for path in ("/keys?q=x", "/sign-in"):
                refused = await desk.http.get(path, headers=BROWSER)
                assert_page(refused, 503, "overloaded", "in a moment", f'href="{path}">Try again')
                assert "<form" not in refused.text
                assert "set-cookie" not in refused.headers
            assert_problem(await desk.http.get(f"{API}/config", headers=BROWSER), 503, "overloaded")


async def test_an_unavailable_gateway_shows_a_next_step(desk_with: OpenDesk, sign_in: SignIn) -> None:
    person = (await sign_in("jane")).user_id
    async with (
        desk_with(litellm={"base_url": "http://127.0.0.1:1"}) as desk,
        portal_client(desk.app) as http,
    ):
        jane = PortalVisitor(http)
        await jane.sign_in(person)
        for path in ("/", "/keys?q=x", "/usage?period=7d", "/models"):
            answer = await jane.get(path, headers=BROWSER)
            assert answer.status_code in {502, 503}
            assert_page(
                answer,
                answer.status_code,
                "LiteLLM",
                f'href="{path}">Try again',
                answer.headers["x-request-id"],
            )


async def test_an_unknown_url_shows_an_error_page(desk: Desk) -> None:
    assert_page(await desk.http.get("/nowhere", headers=BROWSER), 404, "nothing at this address", ">Back<")
    assert_problem(await desk.http.get("/nowhere", headers=PROGRAM), 404, "not-found")
    assert_problem(await desk.http.get(f"{API}/nowhere", headers=BROWSER), 401, "not-signed-in")
    assert_problem(await desk.http.get("/static/nothing.css", headers=BROWSER), 404, "not-found")


async def test_an_unsupported_method_shows_an_error_page(desk: Desk) -> None:
    refused = await desk.http.delete("/sign-in", headers=BROWSER)
    assert_page(refused, 405, "does not support this method")
    assert refused.headers["allow"]


async def test_a_form_that_is_too_large_shows_an_error_page(desk: Desk) -> None:
    assert_page(
        await desk.http.post("/sign-in", content=b"x" * 100_000, headers=BROWSER),
        413,
        "The form is too large.",
    )


async def test_an_unexpected_error_shows_an_error_page(desk_with: OpenDesk) -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("sk-not-for-the-page")

    async with desk_with() as desk:
        desk.app.add_route("/broken", broken)
        failed = await desk.http.get("/broken?q=<b>", headers=BROWSER)
        assert_page(
            failed, 500, "An unexpected error occurred.", "platform team", failed.headers["x-request-id"]
        )
        assert "sk-not" not in failed.text
        assert "<b>" not in failed.text
        assert_problem(await desk.http.get("/broken", headers=PROGRAM), 500, "unexpected")


async def test_an_unknown_host_shows_an_error_page(desk: Desk) -> None:
    refused = await desk.http.get("/keys", headers=BROWSER | {"Host": "evil.example"})
    assert_page(refused, 403, "host name is not allowed")
    assert "evil.example" not in refused.text


async def test_the_retry_link_never_leads_to_another_site(desk_with: OpenDesk) -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError

    async with desk_with() as desk:
        desk.app.add_route("/{anywhere:path}", broken)
        desk.app.router.routes.insert(0, desk.app.router.routes.pop())
        for path in ("//evil.example/x", "/\\evil.example"):
            failed = await desk.http.get(httpx2.URL(f"http://localhost{path}"), headers=BROWSER)
            assert_page(failed, 500)
            assert "evil.example" not in failed.text.replace("%5Cevil.example", "")
