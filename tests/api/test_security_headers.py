"""Security headers and the request id, in the responses of every layer."""

import re

import httpx2
import pytest

from keydesk.app import API
from keydesk.web.assets import Assets
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

ANSWERS = {
    "a page": ("GET", "/sign-in", {}, 200),
    "a redirect": ("GET", "/", {}, 303),
    "a file": ("GET", Assets().url("keydesk.css"), {}, 200),
    "no such file": ("GET", "/static/nothing.css", {}, 404),
    "no such page": ("GET", "/nothing", {}, 404),
    "no such page for a person": ("GET", "/nothing", {"headers": {"Accept": "text/html"}}, 404),
    "a form of nobody's": ("POST", "/keys", {"data": {}}, 303),
    "a forged form": ("POST", "/sign-in", {"data": {"person": "jane"}}, 403),
    "health": ("GET", f"{API}/health", {}, 200),
    "the document": ("GET", f"{API}/openapi.json", {}, 200),
    "nobody": ("GET", f"{API}/keys", {}, 401),
    "a foreign host": ("GET", f"{API}/health", {"headers": {"Host": "evil.example"}}, 403),
    "a wrong method": ("PUT", f"{API}/health", {}, 405),
    "a wrong body": ("POST", f"{API}/demo/sign-in", {"json": []}, 422),
    "no JSON": ("POST", f"{API}/demo/sign-in", {"content": b"{"}, 422),
    "a large body": ("POST", f"{API}/demo/sign-in", {"content": b"x" * 100_000}, 413),
}


def assert_safe(answer: httpx2.Response) -> None:
    headers = answer.headers
    policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";")}
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert "'unsafe-inline'" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert re.fullmatch(r"[A-Za-z0-9_.-]{8,64}", headers["x-request-id"])
    assert "server" not in headers


@pytest.mark.parametrize(("method", "path", "sent", "status"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_every_response_has_the_security_headers(
    desk: Desk, method: str, path: str, sent: dict[str, object], status: int
) -> None:
    answer = await desk.http.request(method, path, **sent)  # type: ignore[arg-type] # of httpx2's arguments
    assert answer.status_code == status
    assert_safe(answer)


async def test_personal_data_is_not_cached_by_proxies(as_person: SignIn) -> None:
    jane = await as_person("jane")
    for path in ("/user/info", "/keys", "/usage", "/teams", "/keys/nothing"):
        said = (await jane.get(path)).headers["cache-control"]
        # Her own browser may cache responses that it revalidates each time.
        assert said in {"no-store", "private, no-cache"}


async def test_an_unexpected_error_is_a_plain_problem(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async def broken() -> dict[str, str]:
        raise RuntimeError("a secret of the inside")

    async with desk_with() as desk:
        desk.app.add_api_route(f"{API}/broken", broken)
        jane = desk.welcome(await sign_in("jane"))
        answer = await jane.get("/broken")
    assert_problem(answer, 500, "unexpected")
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert_safe(answer)


async def test_a_caller_cannot_choose_the_request_id(desk: Desk) -> None:
    given = {"X-Request-Id": "from-the-proxy_0.1"}
    answers = [await desk.http.get(f"{API}/keys", headers=given) for _ in range(2)]
    assert len({answer.headers["x-request-id"] for answer in answers} - {given["X-Request-Id"]}) == 2
    assert all(answer.json()["request_id"] == answer.headers["x-request-id"] for answer in answers)


@pytest.mark.parametrize(
    "junk", ["", "short", "a b c d e f", "x" * 65, "<script>alert(1)</script>", "id;id;id;id"]
)
async def test_an_invalid_request_id_is_replaced(desk: Desk, junk: str) -> None:
    answer = await desk.http.get(f"{API}/keys", headers={"X-Request-Id": junk})
    assert answer.headers["x-request-id"] != junk
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
