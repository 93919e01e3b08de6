"""The HTTP protocol counts headers correctly, however the socket splits the data."""

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from keydesk.server.http_protocol import MAX_HEAD_BYTES, BoundedHttpProtocol

pytestmark = pytest.mark.anyio

BODY = b"x" * (3 * MAX_HEAD_BYTES)
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(BODY)
LONG_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + BODY + b"\r\n\r\n"


class RecordingTransport(asyncio.Transport):
    """Records the data written, and whether the connection was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def size_of_the_body(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def answer_to(*pieces: bytes) -> RecordingTransport:
    config = uvicorn.Config(size_of_the_body, http=BoundedHttpProtocol, log_config=None)
    config.load()
    options: dict[str, Any] = {"config": config, "server_state": ServerState(), "app_state": {}}
    protocol, transport = BoundedHttpProtocol(**options), RecordingTransport()
    protocol.connection_made(transport)
    for piece in pieces:
        protocol.data_received(piece)
    await asyncio.gather(*protocol.tasks)
    answer = RecordingTransport()
    answer.written, answer.closed = transport.written, transport.closed
    protocol.connection_lost(None)
    return answer


@pytest.mark.parametrize(
    "pieces", [(POST + BODY,), (POST, BODY)], ids=["with the head", "in a separate read"]
)
async def test_the_end_of_a_body_does_not_count_as_headers(pieces: tuple[bytes, ...]) -> None:
    answer = await answer_to(*pieces)
    assert answer.written.startswith(b"HTTP/1.1 200")
    assert answer.written.endswith(str(len(BODY)).encode())
    assert not answer.closed


async def test_a_long_head_is_rejected_even_in_a_single_read() -> None:
    answer = await answer_to(LONG_HEAD)
    assert answer.written.startswith(b"HTTP/1.1 431")
    assert answer.closed
