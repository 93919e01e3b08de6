"""The HTTP client for JSON from configured peers: bounded, without cookies, and without secrets in errors."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError

pytestmark = pytest.mark.anyio

URL = "http://peer.test/things"
CANARY = "canary-token-0123456789"
Answering = Callable[[httpx2.Request], httpx2.Response]


class Peer:
    """Returns the given responses and records the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.answer: Answering = lambda _: httpx2.Response(200, json={})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self.answer(request)


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
async def http_client(peer: Peer) -> AsyncIterator[HttpClient]:
    http_client = HttpClient(transport=httpx2.MockTransport(peer), max_response_bytes=1000)
    yield http_client
    await http_client.aclose()


async def test_a_get_sends_headers_and_a_query_with_repeated_names(
    http_client: HttpClient, peer: Peer
) -> None:
    peer.answer = lambda _: httpx2.Response(200, json=[1], headers={"Age": "3"})

    reply = await http_client.get(
        URL, headers={"Authorization": "Bearer t"}, params={"filter": ["a=1", "b=2"]}
    )

    assert (reply.status, reply.json, reply.headers["age"]) == (200, [1], "3")
    assert str(peer.requests[0].url) == f"{URL}?filter=a%3D1&filter=b%3D2"
    assert peer.requests[0].headers["authorization"] == "Bearer t"


async def test_a_post_sends_json(http_client: HttpClient, peer: Peer) -> None:
    await http_client.post(URL, {"items": []}, headers={"Authorization": "Bearer t"})

    assert (peer.requests[0].method, peer.requests[0].content) == ("POST", b'{"items":[]}')


async def test_a_redirect_is_not_followed(http_client: HttpClient, peer: Peer) -> None:
    peer.answer = lambda _: httpx2.Response(302, headers={"Location": "http://evil.test/"})

    reply = await http_client.get(URL)

    assert (reply.status, reply.json, len(peer.requests)) == (302, None, 1)


async def test_a_cookie_is_not_sent_for_the_next_person(http_client: HttpClient, peer: Peer) -> None:
    peer.answer = lambda _: httpx2.Response(200, json={}, headers={"Set-Cookie": "session=janes; Path=/"})

    await http_client.get(URL)
    await http_client.get(URL)

    assert "cookie" not in peer.requests[1].headers


async def test_an_error_page_without_json_is_a_response(http_client: HttpClient, peer: Peer) -> None:
    peer.answer = lambda _: httpx2.Response(502, html="<h1>Bad gateway</h1>")

    reply = await http_client.get(URL)

    assert (reply.status, reply.json) == (502, None)


@pytest.mark.parametrize("content", [b"<html>", b"", b'{"a": NaN}', b"\xff\xfe", b"[" * 900])
async def test_a_success_must_be_json(http_client: HttpClient, peer: Peer, content: bytes) -> None:
    peer.answer = lambda _: httpx2.Response(200, content=content)

    with pytest.raises(HttpClientError) as failed:
        await http_client.get(URL)

    assert failed.value.kind is FailureKind.NOT_JSON


async def test_a_body_over_the_limit_is_not_read_to_its_end(http_client: HttpClient, peer: Peer) -> None:
    peer.answer = lambda _: httpx2.Response(200, content=b" " * 1001)

    with pytest.raises(HttpClientError) as failed:
        await http_client.get(URL)

    assert failed.value.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx2.ConnectError(CANARY), FailureKind.UNREACHABLE),
        (httpx2.RemoteProtocolError(CANARY), FailureKind.UNREACHABLE),
        (httpx2.ConnectTimeout(CANARY), FailureKind.TIMED_OUT),
        (httpx2.ReadTimeout(CANARY), FailureKind.TIMED_OUT),
        (httpx2.PoolTimeout(CANARY), FailureKind.TIMED_OUT),
        (httpx2.DecodingError(CANARY), FailureKind.NOT_JSON),
    ],
)
async def test_failures_have_a_kind_and_contain_no_secret(
    http_client: HttpClient, peer: Peer, failure: Exception, kind: FailureKind
) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise failure

    peer.answer = fail
    with pytest.raises(HttpClientError) as failed:
        await http_client.get(f"{URL}?token={CANARY}", headers={"Authorization": f"Bearer {CANARY}"})

    assert failed.value.kind is kind
    assert CANARY not in "".join(traceback.format_exception(failed.value))


async def test_an_invalid_header_fails_without_being_shown(http_client: HttpClient) -> None:
    with pytest.raises(HttpClientError) as failed:
        await http_client.get(URL, headers={"Authorization": f"{CANARY} €"})

    assert failed.value.kind is FailureKind.UNREACHABLE
    assert CANARY not in "".join(traceback.format_exception(failed.value))


async def test_the_timeout_applies_to_a_peer_that_never_finishes() -> None:
    async def hang(_: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError("the timeout did not apply")

    http_client = HttpClient(timeout_seconds=0.01, transport=httpx2.MockTransport(hang))
    with pytest.raises(HttpClientError) as failed:
        await http_client.get(URL)

    assert failed.value.kind is FailureKind.TIMED_OUT
    await http_client.aclose()


async def test_a_response_does_not_print_its_content(http_client: HttpClient, peer: Peer) -> None:
    peer.answer = lambda _: httpx2.Response(200, json={"token": CANARY}, headers={"X-Token": CANARY})

    assert CANARY not in repr(await http_client.get(URL))
