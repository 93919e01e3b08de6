"""Bytes that no client would send, to `keydesk serve`: never a 500, a traceback or a hang."""

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from keydesk.server.http_protocol import RECEIVE_TIMEOUT_SECONDS
from tests.fuzz.sockets import Address, Said
from tests.resilience.processes.conftest import free_ports
from tests.support.desk.configuring import SECRET
from tests.support.peers.keydesk import running_keydesk
from tests.support.upstream.certificates import CERTIFICATES

ROUNDS = int(os.environ.get("KEYDESK_FUZZ_EXAMPLES", "0")) * 10 or 60
SEED = int(os.environ.get("KEYDESK_FUZZ_SEED", "20260131"))
PATIENCE_SECONDS = 60.0
"""For what must happen, on a busy machine too."""
LIVE = b"GET /api/litellm/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/litellm/keys/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
NEVER = (b"Traceback", b"site-packages", SECRET.encode(), b"sk-raw-fuzz")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    folder: Path = tmp_path_factory.mktemp("raw")
    config = folder / "keydesk.yaml"
    config.write_text(
        json.dumps(
            {
                "litellm": {"baseUrl": "http://127.0.0.1:9", "masterKey": "sk-raw-fuzz-0123456789"},
                "secret": SECRET,
                "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
                "demo": {"enabled": True},
                "directory": {"people": [{"ref": "jane"}]},
            }
        )
    )
    with running_keydesk(config, free_ports(1)[0], {}) as url:
        yield Address.of(url)


def check(desk: Address, said: Said) -> None:
    """Nothing leaked, nothing broke, and Keydesk still responds to others."""
    assert said.status is None or said.status < 500, said.received[:500]
    assert not any(word in said.received for word in NEVER)
    health = f"http://{desk.host}:{desk.port}/api/litellm/health/live"
    still = httpx2.get(health, trust_env=False, verify=CERTIFICATES, timeout=60)
    assert still.status_code == 200


ODD: dict[str, tuple[list[bytes], set[int | None]]] = {
    "nothing": ([b""], {None}),
    "no HTTP": ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20], {400, None}),
    "only line ends": ([b"\r\n" * 5_000], {400, None}),
    "no host": ([b"GET /api/litellm/health HTTP/1.1\r\n\r\n"], {400, 403}),
    "two hosts": ([b"GET /api/litellm/health HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"], {400}),
    "another host": ([b"GET /api/litellm/health HTTP/1.1\r\nHost: evil.example\r\n\r\n"], {400, 403}),
    "a host of bytes": ([b"GET /api/litellm/health HTTP/1.1\r\nHost: \xff\xfe\x00\r\n\r\n"], {400, 403}),
    "a host without end": ([b"GET / HTTP/1.1\r\nHost: " + b"a" * 200_000 + b"\r\n\r\n"], {431}),
    "a path of bytes": ([b"GET /api/litellm/\xff\xc0\xaf HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 401, 404}),
    "a path upwards": ([b"GET /static/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 404}),
    "an encoded path upwards": (
        [b"GET /static/%2e%2e/%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        {400, 404},
    ),
    "a null in the path": ([b"GET /api/litellm/keys%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 401, 404}),
    "a whole address": ([b"GET http://evil.example/x HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 404}),
    "CONNECT": ([b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 404, 405, None}),
    "an unknown method": ([b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n"], {400, 405}),
    "HTTP/9.9": ([b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"], {200, 303, 400, 505}),
    "HTTP/2 without negotiation": ([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], {400, 405, None}),
    "an upgrade": (
        [(b"GET /api/litellm/keys HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")],
        {400, 401, 403, 404, 426},
    ),
    "ten thousand headers": (
        [LIVE[:-2] + b"".join(b"x-%d: y\r\n" % number for number in range(10_000)) + b"\r\n"],
        {431},
    ),
    "a header of a megabyte": ([LIVE[:-2] + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n"], {431}),
    "a header without a name": ([LIVE[:-2] + b": x\r\n\r\n"], {400}),
    "a folded header": ([LIVE[:-2] + b"x-a: b\r\n c\r\n\r\n"], {200, 400}),
    "a null in a header": ([LIVE[:-2] + b"x-a: \x00\r\n\r\n"], {200, 400}),
    "two lengths": ([POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"], {400}),
    "length and chunks": ([POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], {400, 401}),
    "a length below zero": ([POST + b"Content-Length: -1\r\n\r\n"], {400}),
    "a length that is no number": ([POST + b"Content-Length: two\r\n\r\n"], {400}),
    "a length beyond all numbers": ([POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"], {400, 413}),
    "a huge length": ([POST + b"Content-Length: 999999999\r\n\r\n"], {413}),
    "a chunk of no length": ([POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"], {400, 401}),
    "a chunk of too much": ([POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"], {400, 401}),
    "an unknown encoding": ([POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], {400, 401, 501}),
    "chunks with a bad end": (
        [POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n"],
        {400, 401},
    ),
    "a body of zip": (
        [POST + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"],
        {400, 401, 415, 422},
    ),
    "a bearer of bytes": (
        [b"GET /api/litellm/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xff\r\n\r\n"],
        {401},
    ),
    "a bearer of a hundred kilobytes": (
        [b"GET /api/litellm/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
         + b"a.b" * 30_000 + b"\r\n\r\n"],
        {400, 401, 431, None},
    ),
    "a cookie of bytes": (
        [b"GET /api/litellm/keys HTTP/1.1\r\nHost: localhost\r\nCookie: keydesk_session=\xff;\x01=\x02\r\n\r\n"],
        {400, 401},
    ),
    "a query of bytes": (
        [b"GET /api/litellm/usage?start_date=\xff%ff%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        {400, 401},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_invalid_bytes(desk: Address, kind: str) -> None:
    pieces, statuses = ODD[kind]
    patience = 1.0 if None in statuses else PATIENCE_SECONDS
    half_close = kind in {"nothing", "only line ends"}
    said = desk.say(*pieces, patience=patience, half_close=half_close, responses=1)
    check(desk, said)
    assert said.status in statuses, said.received[:300]


def test_a_request_in_the_body_of_another_is_not_smuggled(desk: Address) -> None:
    smuggled = b"GET /api/litellm/keys HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /api/litellm/demo/sign-in HTTP/1.1\r\nHost: localhost\r\n"
    length = str(len(smuggled)).encode()
    body = b"0\r\n\r\n" + smuggled
    said = desk.say(head + b"Content-Length: " + length + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    check(desk, said)
    assert said.answers <= 1, "the ambiguous request ends the connection"


@pytest.mark.skipif(
    ROUNDS < 100, reason="waits for as long as slow clients may take; see test_slow_clients.py"
)
def test_an_unfinished_request_times_out(desk: Address) -> None:
    """Slow clients send one byte at a time or none. Each of them holds a connection for a limited time."""
    beginnings = [b"", b"GET /api", LIVE[:-2], b"\r\n", POST + b"Content-Length: 50\r\n\r\n{", LIVE + b"\r\n"]
    beginnings.append(POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{")
    with ExitStack() as stack:
        slow = [stack.enter_context(desk.connect(5.0)) for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(beginnings[number % len(beginnings)])
        assert desk.say(LIVE, patience=1.0).status == 200, "others are answered meanwhile"
        ends_at = time.monotonic() + RECEIVE_TIMEOUT_SECONDS + 10
        assert all(desk.is_closed_within(each, ends_at - time.monotonic()) for each in slow)
    check(desk, desk.say(LIVE, patience=1.0))


def test_pipelined_requests_all_get_a_response(desk: Address) -> None:
    said = desk.say(LIVE * 50, patience=PATIENCE_SECONDS, responses=50)
    check(desk, said)
    assert said.answers == 50


def test_randomly_corrupted_requests(desk: Address) -> None:
    """Bytes of valid requests are changed, removed and duplicated."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable, no secret
    good = [
        LIVE,
        POST + b"Content-Length: 2\r\n\r\n{}",
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ]
    for _ in range(ROUNDS):
        spoilt = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 6)):
            place = dice.randrange(len(spoilt))
            match dice.randrange(3):
                case 0:
                    spoilt[place] = dice.randrange(256)
                case 1:
                    del spoilt[place]
                case _:
                    spoilt[place:place] = spoilt[place : place + dice.randint(1, 20)]
        check(desk, desk.say(bytes(spoilt), patience=0.5, half_close=True))
