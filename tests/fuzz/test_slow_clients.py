"""Clients that never finish, on a server with short timeouts. `make fuzz` tests the real timeouts."""

import threading
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from keydesk.server.http_protocol import BoundedHttpProtocol
from keydesk.server.serving import free_port, server_for
from tests.fuzz.sockets import Address

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"


class Impatient(BoundedHttpProtocol):
    receive_timeout_seconds = 0.2


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    port = free_port("127.0.0.1", 0)
    running = server_for(echo, "127.0.0.1", port, http=Impatient, lifespan="off")
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    address = Address("127.0.0.1", port)
    while not running.started:
        assert thread.is_alive()
    yield address
    running.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"", None),
        (b"\r\n", 408),
        (b"POST", 408),
        (HEAD, 408),
        (HEAD + b"Content-Length: 50\r\n\r\n{", None),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", None),
        (WHOLE + b"POST / HT", 200),
    ],
)
def test_an_unfinished_request_times_out(server: Address, beginning: bytes, status: int | None) -> None:
    said = server.say(beginning, patience=10.0)
    assert said.closed
    assert said.status == status


def test_a_request_in_pieces_gets_a_response(server: Address) -> None:
    said = server.say(
        *(WHOLE[place : place + 1] for place in range(len(WHOLE))), patience=60.0, half_close=True
    )
    assert (said.status, said.received[-2:]) == (200, b"{}")


def test_endless_headers_are_refused_and_long_ones_are_not(server: Address) -> None:
    long = HEAD + b"x: " + b"y" * 30_000 + b"\r\nContent-Length: 2\r\n\r\n{}"
    assert server.say(long, patience=60.0, half_close=True).status == 200
    endless = server.say(HEAD + b"x: " + b"y" * 500_000, patience=60.0)
    assert (endless.status, endless.closed) == (431, True)
    many = server.say(HEAD + b"x: y\r\n" * 50_000, patience=60.0)
    assert (many.status, many.closed) == (431, True)
