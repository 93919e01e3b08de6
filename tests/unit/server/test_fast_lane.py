"""The HTTP protocol writes the responses of the fast lane itself, and leaves all other requests to the application."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from keydesk.http.reply import Reply, header_lines
from keydesk.server.http_protocol import BoundedHttpProtocol
from keydesk.server.serving import server_for
from tests.unit.server.test_http_protocol import RecordingTransport

pytestmark = pytest.mark.anyio
HOT = b"GET /hot HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = HOT.replace(b"/hot", b"/slow")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: "
path_of_request: ContextVar[str] = ContextVar("path_of_request", default="none")


class App:
    """Answers `/hot` in its fast lane."""

    def __init__(self) -> None:
        self.lane = self
        self.paths: list[str] = []

    def answer(self, scope: Scope) -> Reply | None:
        path_of_request.set(scope["path"])
        if scope["path"] != "/hot":
            return None
        return Reply(200, ((b"content-length", b"2"),), (b"x-request-id", b"1"), b"ok")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        await PlainTextResponse(f"{scope['path']} after {path_of_request.get()}")(scope, receive, send)


class Connection:
    """A connection to the server, without a network."""

    def __init__(self) -> None:
        self.app = App()
        config = server_for(self.app, "localhost", 0).config
        config.load()
        options: dict[str, Any] = {"config": config, "server_state": ServerState(), "app_state": {}}
        self.protocol, self.transport = BoundedHttpProtocol(**options), RecordingTransport()
        self.protocol.connection_made(self.transport)

    def receive(self, data: bytes) -> bytes:
        """Return what the server writes before it does anything else."""
        self.protocol.data_received(data)
        return self.transport.written

    async def everything(self) -> bytes:
        """Return what the server writes until all requests are answered."""
        while self.protocol.tasks:
            await asyncio.gather(*self.protocol.tasks)
        return self.transport.written


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    connection = Connection()
    yield connection
    connection.protocol.connection_lost(None)


async def test_a_response_of_the_fast_lane_is_written_while_the_request_is_read(
    connection: Connection,
) -> None:
    assert connection.receive(HOT) == HEAD + b"1\r\n\r\nok"
    assert connection.app.paths == []
    assert not connection.transport.closed


async def test_many_requests_in_one_piece_of_data_are_answered_in_order(connection: Connection) -> None:
    connection.receive(HOT + SLOW + HOT * 500 + SLOW)
    written = await connection.everything()
    assert written.count(b"HTTP/1.1 200") == 503
    assert written.startswith(HEAD)
    assert written.endswith(b"/slow after none")
    assert connection.app.paths[0] == connection.app.paths[-1] == "/slow"


async def test_a_request_does_not_inherit_the_context_of_an_earlier_one(connection: Connection) -> None:
    connection.receive(HOT)
    assert path_of_request.get() == "none"
    connection.receive(SLOW)
    assert (await connection.everything()).endswith(b"/slow after none")


@pytest.mark.parametrize(
    "request_", [HOT.replace(b"1.1", b"1.0"), HOT.replace(b"Host", b"Connection: close\r\nHost")]
)
async def test_the_last_request_of_a_connection_takes_the_application(
    connection: Connection, request_: bytes
) -> None:
    assert connection.receive(request_) == b""
    assert b"connection: close" in await connection.everything()
    assert connection.transport.closed


async def test_a_client_that_does_not_read_gets_no_more_from_the_fast_lane(connection: Connection) -> None:
    connection.protocol.pause_writing()
    assert connection.receive(HOT) == b""
    connection.protocol.resume_writing()
    assert (await connection.everything()).endswith(b"/hot after none")


@pytest.mark.parametrize("value", [b"1\r\nset-cookie: a=b", b"1\nx: y", b"1\rx: y"])
def test_a_header_with_a_line_break_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="line break"):
        header_lines(((b"etag", value),))
