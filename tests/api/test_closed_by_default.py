"""Every route says who may call it, and whoever may not is told so in one shape."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from keydesk.app import API, PUBLIC_PATHS
from keydesk.kit.permission import Permission
from keydesk.web.page_route import PageRoute
from keydesk.web.routers import ROUTERS
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

KNOWN_ACCESS = {"public", "person", *Permission}
CALLED_BY_THE_PROVIDER = "/sign-in/back-channel-logout"


@pytest.fixture(scope="module")
async def full_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    """A desk with everything turned on, so that every route there is can be looked at."""
    bridge = {"enabled": True, "issuer": "https://issuer.example.com"}
    async with open_desk(surroundings.settings(litellm={"bridge": bridge})) as desk:
        yield desk


async def operations(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    """Every method, path and description of the OpenAPI document."""
    document = (await desk.http.get(f"{API}/openapi.json")).json()
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def concrete(path: str) -> str:
    """The path with something in place of its parameters."""
    return re.sub(r"\{[^}]*\}", "something", path)


async def test_every_route_declares_who_may_call_it(full_desk: Desk) -> None:
    found = {
        f"{method} {path}": operation.get("x-keydesk-access")
        for method, path, operation in await operations(full_desk)
    }
    assert len(found) > 15
    assert {route: access for route, access in found.items() if access not in KNOWN_ACCESS} == {}


async def test_the_public_routes_are_those_of_the_list(full_desk: Desk) -> None:
    """The document itself is public too, and does not describe itself."""
    public = {
        path
        for _, path, operation in await operations(full_desk)
        if operation["x-keydesk-access"] == "public"
    }
    assert public | {f"{API}/openapi.json"} == PUBLIC_PATHS


async def test_changes_need_a_permission(full_desk: Desk) -> None:
    """A change that any signed-in person may make would escape the policy editors of Backstage."""
    changes = {
        f"{method} {path}": operation["x-keydesk-access"]
        for method, path, operation in await operations(full_desk)
        if method != "GET" and path not in PUBLIC_PATHS
    }
    assert {route for route, access in changes.items() if access not in {*Permission}} == set()


def routes_of(app: Any) -> set[str]:
    return {getattr(route, "path", "") for route in app.routes}


def pages() -> list[APIRoute]:
    """Everything that is answered outside of the API; the OpenAPI document leaves pages out."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


async def test_what_the_document_leaves_out_are_pages(full_desk: Desk) -> None:
    described = {path for _, path, _ in await operations(full_desk)}
    outside = routes_of(full_desk.app) - described - {f"{API}/openapi.json", "/static", ""}
    assert outside - {page.path for page in pages()} == set()
    assert len(pages()) > 10


def access_of(page: APIRoute) -> str | None:
    return (page.openapi_extra or {}).get("x-keydesk-access")


def test_every_page_declares_who_may_call_it() -> None:
    assert {page.path for page in pages() if access_of(page) not in KNOWN_ACCESS} == set()


def test_every_page_takes_changes_from_our_own_forms_only() -> None:
    assert {page.path for page in pages() if not isinstance(page, PageRoute)} == {CALLED_BY_THE_PROVIDER}


def test_what_a_page_changes_needs_a_permission() -> None:
    """Signing in and out, the theme and the language are nobody's but one's own."""
    own = {"/sign-in", "/sign-out", "/theme", "/language", "/patterns", CALLED_BY_THE_PROVIDER}
    changing = [page for page in pages() if page.methods and "POST" in page.methods and page.path not in own]
    free = {page.path for page in changing if access_of(page) not in {*Permission}}
    assert free == set()


async def test_a_stranger_is_told_to_sign_in_everywhere(full_desk: Desk, control: SandboxControl) -> None:
    control.forget()
    closed = [(method, path) for method, path, _ in await operations(full_desk) if path not in PUBLIC_PATHS]
    for method, path in closed:
        answer = await full_desk.http.request(method, concrete(path))
        assert_problem(answer, 401, "not-signed-in")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert control.calls() == []


async def test_a_stranger_does_not_learn_which_routes_there_are(desk: Desk) -> None:
    for path in ("/nowhere", "/keys/x/y", "/user/new", "/", "//keys", "/health/", "/openapi.json/"):
        assert_problem(await desk.stranger().get(path), 401, "not-signed-in")


async def test_public_routes_answer_a_stranger(full_desk: Desk) -> None:
    for path in PUBLIC_PATHS - {f"{API}/demo/sign-in"}:
        assert (await full_desk.http.get(path)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_public_routes_cannot_be_changed(full_desk: Desk, method: str) -> None:
    for path in PUBLIC_PATHS - {f"{API}/demo/sign-in"}:
        assert_problem(await full_desk.http.request(method, path), 405, "method-not-allowed")
