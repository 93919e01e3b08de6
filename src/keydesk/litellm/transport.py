"""The only module that uses HTTP: sends a call and returns the response. Does not retry."""

import asyncio
import logging
from collections.abc import Generator

import httpx2
from pydantic import SecretStr

from keydesk.kit.certificates import trusted_certificates
from keydesk.litellm.call import Answer, Call
from keydesk.litellm.config import LiteLLMConfig
from keydesk.litellm.errors import LiteLLMError, PoolExhausted, TimedOut, UnexpectedAnswer, Unreachable
from keydesk.litellm.hooks import TraceHeaders
from keydesk.litellm.sanitising import sanitised

AsyncTransport = httpx2.AsyncBaseTransport

# Servers close idle connections, uvicorn after 5 s. If the server closes a connection during a write, the client
# cannot tell whether the request arrived. Idle connections are therefore closed well before that.
_KEEPALIVE_SECONDS = 2.0
_KEPT_HEADERS = ("content-type", "date", "retry-after", "x-litellm-version")


class Transport:
    """A bounded connection pool for one gateway. Follows no redirects and ignores proxy environment variables."""

    def __init__(
        self,
        config: LiteLLMConfig,
        transport: AsyncTransport | None,
        trace_headers: TraceHeaders | None = None,
    ) -> None:
        logging.getLogger("httpx2").addFilter(_hide_addresses)
        self._config = config
        self._trace_headers = trace_headers
        self._client = httpx2.AsyncClient(
            base_url=config.base_url,
            auth=_MasterKey(config.master_key),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            limits=httpx2.Limits(
                max_connections=config.max_connections,
                max_keepalive_connections=config.max_connections,
                keepalive_expiry=_KEEPALIVE_SECONDS,
            ),
            follow_redirects=False,
            trust_env=False,
            verify=trusted_certificates(),
            transport=transport,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, call: Call) -> Answer:
        """Send a call once. Raises Unreachable, TimedOut, PoolExhausted or UnexpectedAnswer, never httpx2's errors.

        The time limit applies to the whole call, including a slow response body.
        """
        seconds = call.timeout_seconds or self._config.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(call, seconds)
        except TimeoutError:
            raise TimedOut(f"{call.route} did not respond within {seconds:g} s") from None
        except httpx2.HTTPError as failure:
            raise _translated(call, failure) from None

    async def _exchange(self, call: Call, seconds: float) -> Answer:
        patience = httpx2.Timeout(
            seconds,
            connect=min(seconds, self._config.connect_timeout_seconds),
            pool=min(seconds, self._config.connect_timeout_seconds),
        )
        headers = self._trace_headers() if self._trace_headers is not None else None
        request = self._client.build_request(
            call.method, call.target, json=call.body, timeout=patience, headers=headers
        )
        response = await self._client.send(request, stream=True)
        try:
            content = await self._content(call, response)
        finally:
            await response.aclose()
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        return Answer(call.route, response.status_code, kept, content)

    async def _content(self, call: Call, response: httpx2.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._config.max_response_bytes:
                raise UnexpectedAnswer(
                    f"{call.route} returned more than {self._config.max_response_bytes} bytes"
                )
        if response.is_error:
            # An error text can repeat the rejected credential, and a master key can have any format.
            content = content.replace(self._config.master_key.get_secret_value().encode(), b"[key]")
        return bytes(content)


class _MasterKey(httpx2.Auth):
    """Adds the master key to each request, so that no attribute of the client contains it."""

    def __init__(self, master_key: SecretStr) -> None:
        self._master_key = master_key

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._master_key.get_secret_value()}"
        yield request


def _translated(call: Call, failure: httpx2.HTTPError) -> LiteLLMError:
    """Return the client's error for an httpx2 error, without its request."""
    reason = f"{call.route}: {type(failure).__name__} {sanitised(str(failure))}".rstrip()
    match failure:
        case httpx2.PoolTimeout():
            return PoolExhausted(f"{call.route} timed out waiting for a free connection")
        case httpx2.TimeoutException():
            return TimedOut(reason, nothing_sent=isinstance(failure, httpx2.ConnectTimeout))
        case httpx2.DecodingError():
            return UnexpectedAnswer(reason)
        case _:
            return Unreachable(reason, nothing_sent=isinstance(failure, httpx2.ConnectError))


def _hide_addresses(record: logging.LogRecord) -> bool:
    """Remove key hashes and queries from the URLs that httpx2 logs at level INFO."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            sanitised(str(value.copy_with(query=None))) if isinstance(value, httpx2.URL) else value
            for value in record.args
        )
    return True
