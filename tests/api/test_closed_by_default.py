"""Every route declares its callers, and refuses others with the same error."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from keydesk.app import API, PUBLIC_PATHS
from keydesk.kit.permission import Permission
from keydesk.web.page_route import PageRoute
from keydesk.web.routers import ROUTERS
from tests.api.matrix.callers import LEAKS
from tests.support.desk.access import needs_only
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

POSTED = {f"{API}/demo/sign-in", f"{API}/leaks", f"{API}/leaks/github", f"{API}/leaks/scanner"}
"""Public paths that accept POST instead of GET."""
KNOWN_ACCESS = {"public", "person", "virtual key", *Permission}
CALLED_BY_THE_PROVIDER = "/sign-in/back-channel-logout"
CALLED_BY_PROGRAMS = {"/oauth/token", "/oauth/device_authorization", "/oauth/revoke", "/mcp"}
"""They take a code or token in the request, and no cookie. `/mcp` reads only."""


@pytest.fixture(scope="module")
async def full_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    """A Keydesk with every feature turned on, so that every route exists."""
    bridge = {"enabled": True, "issuer": "https://issuer.example.com"}
    async with open_desk(surroundings.settings(litellm={"bridge": bridge}, leaks=LEAKS)) as desk:
        yield desk


async def operations(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every method, path and description of the OpenAPI document."""
    document = (await desk.http.get(f"{API}/openapi.json")).json()
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def concrete(path: str) -> str:
    """Return the path with values for its parameters."""
    return re.sub(r"\{[^}]*\}", "something", path)


async def test_every_route_declares_its_callers(full_desk: Desk) -> None:
    found = {
        f"{method} {path}": operation.get("x-keydesk-access")
        for method, path, operation in await operations(full_desk)
    }
    assert len(found) > 15
    assert {route: access for route, access in found.items() if not needs_only(KNOWN_ACCESS, access)} == {}


async def test_the_public_routes_are_listed(full_desk: Desk) -> None:
    """The document itself is also public, and does not describe itself."""
    public = {
        path
        for _, path, operation in await operations(full_desk)
        if operation["x-keydesk-access"] == "public"
    }
    assert public | {f"{API}/openapi.json"} == PUBLIC_PATHS


async def test_changes_require_a_permission(full_desk: Desk) -> None:
    """Administrators of Backstage's policy could not restrict a change that any signed-in person can make."""
    changes = {
        f"{method} {path}": operation["x-keydesk-access"]
        for method, path, operation in await operations(full_desk)
        if method != "GET" and path not in PUBLIC_PATHS
    }
    assert {route for route, access in changes.items() if not needs_only({*Permission}, access)} == set()


def routes_of(app: Any) -> set[str]:
    """Return the paths of all routes, those of included routers too."""
    return {route.path or "" for route in iter_route_contexts(app.routes)}


def pages() -> list[APIRoute]:
    """Return all routes outside of the API. The OpenAPI document omits pages."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


async def test_the_document_omits_only_pages(full_desk: Desk) -> None:
    described = {path for _, path, _ in await operations(full_desk)}
    routes = routes_of(full_desk.app)
    assert described <= routes
    outside = routes - described - {f"{API}/openapi.json", "/static", ""}
    assert outside - {page.path for page in pages()} == set()
    assert len(pages()) > 10


def access_of(page: APIRoute) -> str | None:
    return (page.openapi_extra or {}).get("x-keydesk-access")


def test_every_page_declares_its_callers() -> None:
    assert {page.path for page in pages() if not needs_only(KNOWN_ACCESS, access_of(page))} == set()


def test_every_page_accepts_changes_from_keydesk_forms_only() -> None:
    others = {
        page.path for page in pages() if not isinstance(page, PageRoute) and "POST" in (page.methods or ())
    }
    assert others == {CALLED_BY_THE_PROVIDER, *CALLED_BY_PROGRAMS}


def test_a_change_on_a_page_needs_a_permission() -> None:
    """Exceptions: sign-in, sign-out and preferences concern only the person. Everybody can report a leaked key."""
    own = {
        "/sign-in",
        "/sign-out",
        "/theme",
        "/language",
        "/patterns",
        "/single-keys",
        "/first-steps",
        "/notifications",
        "/notifications/test",
        "/notifications/time-zone",
        "/notifications/alerts",
        "/report-leak",
        "/device",
        "/oauth/authorize",
        "/machines/{machine_id}/sign-out",
        CALLED_BY_THE_PROVIDER,
        *CALLED_BY_PROGRAMS,
    }
    changing = [page for page in pages() if page.methods and "POST" in page.methods and page.path not in own]
    free = {page.path for page in changing if not needs_only({*Permission}, access_of(page))}
    assert free == set()


async def test_every_route_asks_a_stranger_to_sign_in(full_desk: Desk, control: SandboxControl) -> None:
    control.forget()
    closed = [(method, path) for method, path, _ in await operations(full_desk) if path not in PUBLIC_PATHS]
    for method, path in closed:
        answer = await full_desk.http.request(method, concrete(path))
        assert_problem(answer, 401, "not-signed-in")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert control.calls() == []


async def test_a_stranger_cannot_find_out_which_routes_exist(desk: Desk) -> None:
    for path in ("/nowhere", "/keys/x/y", "/user/new", "/", "//keys", "/health/", "/openapi.json/"):
        assert_problem(await desk.stranger().get(path), 401, "not-signed-in")


async def test_public_routes_respond_to_a_stranger(full_desk: Desk) -> None:
    for path in PUBLIC_PATHS - POSTED:
        assert (await full_desk.http.get(path)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_public_routes_cannot_be_changed(full_desk: Desk, method: str) -> None:
    for path in PUBLIC_PATHS - POSTED:
        assert_problem(await full_desk.http.request(method, path), 405, "method-not-allowed")
