"""Ids with an encoded slash are decoded once and match the right route."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.types import Message

from keydesk.http.segment_route import SegmentRoute

pytestmark = pytest.mark.anyio
router = APIRouter(prefix="/teams", route_class=SegmentRoute)


@router.get("/{team_id}")
async def team(team_id: str) -> dict[str, str]:
    return {"team": team_id}


@router.get("/{team_id}/members")
async def members(team_id: str) -> dict[str, str]:
    return {"members of": team_id}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    api = APIRouter(prefix="/api")
    api.include_router(router)
    app.include_router(api)
    return app


async def answer(app: FastAPI, raw_path: bytes, path: str) -> tuple[int, bytes]:
    """Return status and body for a request with this raw and decoded path."""
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": raw_path, "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize(
    ("raw_path", "path", "expected"),
    [
        (b"/api/teams/a", "/api/teams/a", b'{"team":"a"}'),
        (b"/api/teams/a%2Fb", "/api/teams/a/b", b'{"team":"a/b"}'),
        (b"/api/teams/a%2fb", "/api/teams/a/b", b'{"team":"a/b"}'),
        (b"/api/teams/a%2Fmembers", "/api/teams/a/members", b'{"team":"a/members"}'),
        (b"/api/teams/a%2Fb/members", "/api/teams/a/b/members", b'{"members of":"a/b"}'),
        (b"/api/teams/%2F", "/api/teams//", b'{"team":"/"}'),
        (b"/api/teams/a%252Fb", "/api/teams/a%2Fb", b'{"team":"a%2Fb"}'),
        (b"/api/teams/a%252Fb%2Fc", "/api/teams/a%2Fb/c", b'{"team":"a%2Fb/c"}'),
        (b"/api/teams/%2e%2e%2Fb", "/api/teams/../b", b'{"team":"../b"}'),
        (b"/api/teams/a%2F%C3%BC", "/api/teams/a/\u00fc", '{"team":"a/\u00fc"}'.encode()),
    ],
)
async def test_an_id_is_decoded_once(app: FastAPI, raw_path: bytes, path: str, expected: bytes) -> None:
    assert await answer(app, raw_path, path) == (200, expected)


@pytest.mark.parametrize(
    ("raw_path", "path"),
    [
        (b"/api%2Fteams/a", "/api/teams/a"),
        (b"/api/teams%2Fa", "/api/teams/a"),
        (b"/api/teams/a%2Fb/", "/api/teams/a/b/"),
        (b"/api/teams/a/%2Fmembers", "/api/teams/a//members"),
        (b"/api/teams/a%2F%ff", "/api/teams/a/\ufffd"),
        (b"/api/teams/a%2F\xff", "/api/teams/a/\ufffd"),
    ],
)
async def test_anything_else_is_not_found(app: FastAPI, raw_path: bytes, path: str) -> None:
    status, _ = await answer(app, raw_path, path)
    assert status in {307, 404}
