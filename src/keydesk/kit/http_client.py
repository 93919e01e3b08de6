"""The HTTP client for JSON APIs other than LiteLLM: identity providers and Backstage.

It does not retry, follow redirects or store cookies. The caller interprets the status.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NoReturn

import httpx2

from keydesk.kit.certificates import trusted_certificates
from keydesk.kit.deadline import remaining

MEBIBYTE = 1024 * 1024
# Node.js closes idle connections after 5 s. Keydesk closes them earlier, so that no request is sent on a closing one.
_KEEPALIVE_SECONDS = 3.0

AsyncTransport = httpx2.AsyncBaseTransport
Params = Mapping[str, str | Sequence[str]]


def in_process(app: Any) -> AsyncTransport:
    """Return a transport that calls an ASGI application of this process."""
    return httpx2.ASGITransport(app)


class FailureKind(StrEnum):
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"


class HttpClientError(Exception):
    """The call failed. The text contains only the kind of failure, because URLs and headers may contain secrets."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(str(kind))
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Reply:
    """A response with any status. Header names are in lower case. `json` is None for an error page without JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    json: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventStream:
    """A response. `events` is None if it has no server-sent events, and raises HttpClientError if it breaks off."""

    reply: Reply
    events: AsyncIterator[str] | None = field(repr=False)


class HttpClient:
    """A client with a bounded connection pool. `timeout_seconds` limits a whole call, including the body.

    With `trust_env`, it uses the proxy of the environment, as on a person's machine.
    """

    def __init__(
        self,
        timeout_seconds: float = 5.0,
        max_connections: int = 20,
        transport: AsyncTransport | None = None,
        *,
        max_response_bytes: int = 8 * MEBIBYTE,
        trust_env: bool = False,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._max_response_bytes = max_response_bytes
        self._client = httpx2.AsyncClient(
            headers={"Accept": "application/json", "User-Agent": "keydesk"},
            # Cookies of one person's call must not be sent with another person's.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx2.Timeout(timeout_seconds),
            limits=httpx2.Limits(max_connections=max_connections, keepalive_expiry=_KEEPALIVE_SECONDS),
            follow_redirects=False,
            trust_env=trust_env,
            verify=trusted_certificates(),
            transport=transport,
        )

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, params: Params | None = None
    ) -> Reply:
        """Return the response, whatever its status. Raises HttpClientError."""
        return await self._send("GET", url, headers=headers, params=params)

    async def post(self, url: str, json: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the response, whatever its status. Raises HttpClientError."""
        return await self._send("POST", url, headers=headers, json=json)

    async def delete(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the response, whatever its status. Raises HttpClientError."""
        return await self._send("DELETE", url, headers=headers)

    async def post_form(
        self, url: str, content: str, headers: Mapping[str, str], *, wants_json: bool = True
    ) -> Reply:
        """Send `application/x-www-form-urlencoded` data and return the response. Raises HttpClientError."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._send("POST", url, wants_json, headers={**headers, **form}, content=content)

    @asynccontextmanager
    async def post_for_events(
        self, url: str, json: Any, headers: Mapping[str, str], silence_seconds: float
    ) -> AsyncIterator[EventStream]:
        """Yield the response, and the data of its events as they arrive. Raises HttpClientError.

        The whole call has no time limit; `silence_seconds` limits the time between two parts of the response.
        """
        timeout = httpx2.Timeout(self._timeout_seconds, read=silence_seconds)
        with _failures():
            request = self._client.build_request("POST", url, json=json, headers=headers, timeout=timeout)
            response = await self._client.send(request, stream=True)
        try:
            is_stream = response.is_success and _is_event_stream(response)
            with _failures():
                reply = _reply(response, None if is_stream else await self._content(response))
            yield EventStream(reply, _events(response) if is_stream else None)
        finally:
            await response.aclose()

    async def deliver(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Send JSON and return the status. Ignores the body of the response. Raises HttpClientError."""
        json_type = {"Content-Type": "application/json"}
        reply = await self._send("POST", url, False, headers={**headers, **json_type}, content=content)
        return reply.status

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _send(self, method: str, url: str, wants_json: bool = True, **content: Any) -> Reply:
        with _failures():
            async with asyncio.timeout(remaining(self._timeout_seconds)):
                return await self._exchange(self._client.build_request(method, url, **content), wants_json)

    async def _exchange(self, request: httpx2.Request, wants_json: bool) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            content = await self._content(response)
        finally:
            await response.aclose()
        return _reply(response, content if wants_json else None)

    async def _content(self, response: httpx2.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._max_response_bytes:
                raise HttpClientError(FailureKind.TOO_LARGE)
        return bytes(content)


@contextmanager
def _failures() -> Iterator[None]:
    """Raise HttpClientError for every failure of the HTTP library."""
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException):
        raise HttpClientError(FailureKind.TIMED_OUT) from None
    except httpx2.DecodingError:
        raise HttpClientError(FailureKind.NOT_JSON) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError):
        raise HttpClientError(FailureKind.UNREACHABLE) from None


def _is_event_stream(response: httpx2.Response) -> bool:
    content_type, _, _ = response.headers.get("content-type", "").partition(";")
    return content_type.strip().lower() == "text/event-stream"


async def _events(response: httpx2.Response) -> AsyncIterator[str]:
    with _failures():
        async for event in httpx2.EventSource(response):
            yield event.data


def _reply(response: httpx2.Response, content: bytes | None) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, None if content is None else _parsed(content, response))


def _parsed(content: bytes, response: httpx2.Response) -> Any:
    try:
        return json.loads(content, parse_constant=_refused)
    except (ValueError, RecursionError):
        if response.is_success:
            raise HttpClientError(FailureKind.NOT_JSON) from None
        return None


def _refused(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
