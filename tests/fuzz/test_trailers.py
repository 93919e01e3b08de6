"""Trailers after a body are not headers: a proxy in front of Keydesk has not checked or removed them."""

import json
import threading
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from keydesk.server.serving import free_port, server_for
from tests.fuzz.sockets import Address

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"2\r\n{}\r\n0\r\n"
LIES = b"X-Forwarded-User: olga\r\nAuthorization: Bearer x\r\nHost: evil.example\r\n"


async def headers_named(scope: Scope, receive: Receive, send: Send) -> None:
    """Return the names of the request's headers, after reading the body."""
    request = Request(scope, receive)
    await request.body()
    await JSONResponse([name for name, _ in request.headers.items()])(scope, receive, send)


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    port = free_port("127.0.0.1", 0)
    running = server_for(headers_named, "127.0.0.1", port, lifespan="off")
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
    yield Address("127.0.0.1", port)
    running.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize("pieces", [[HEAD + BODY + LIES + b"\r\n"], [HEAD, BODY, LIES, b"\r\n"]])
def test_trailers_are_not_headers(server: Address, pieces: list[bytes]) -> None:
    said = server.say(*pieces, patience=60.0, responses=1)
    assert said.status == 200
    assert json.loads(said.received.rpartition(b"\r\n\r\n")[2]) == ["host", "transfer-encoding"]


@pytest.mark.parametrize("endless", [b"x: " + b"y" * 500_000, b"x: y\r\n" * 100_000])
def test_endless_trailers_time_out(server: Address, endless: bytes) -> None:
    assert server.say(HEAD + BODY, endless, patience=60.0).closed


def test_an_endless_chunk_extension_times_out(server: Address) -> None:
    assert server.say(HEAD + b"2;" + b"y" * 500_000, patience=60.0).closed


def test_the_next_request_has_headers(server: Address) -> None:
    said = server.say(HEAD + BODY + LIES + b"\r\n" + HEAD + BODY + b"\r\n", patience=60.0, responses=2)
    assert said.answers == 2
    assert said.received.count(b'["host","transfer-encoding"]') == 2
