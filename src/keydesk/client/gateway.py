"""Calls a model of the gateway with a virtual key, and passes on the answer while it is written."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import MsgspecError, Struct, convert, json

from keydesk.client.errors import ClientError, Unavailable
from keydesk.kit.http_client import EventStream, FailureKind, HttpClient, HttpClientError

Write = Callable[[str], object]
_SILENCE_SECONDS = 300.0
"""A model can think for minutes before its first word."""
_END = "[DONE]"
_COST = "x-litellm-response-cost"
_ASKS_FOR_COST = {"x-litellm-include-cost-in-streaming-usage": "true"}
"""LiteLLM 1.110 then adds `cost` to the usage. Older releases ignore it."""
_FAILED = 400
"""The first status of an error."""


class GatewayRefused(ClientError):  # noqa: N818 - it reads as what happened
    """The gateway refused a call. `said` is LiteLLM's text, which can contain ids: show it to the key's owner only."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"The gateway refused the call (status {status}).")
        self.http_status = status
        self.said = said


class Used(Struct, frozen=True):
    """The tokens of an answer. `cost` is in US dollars, or None if the gateway does not report it."""

    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None


class _Delta(Struct):
    content: str | None = None


class _Choice(Struct):
    delta: _Delta | None = None


class _Error(Struct):
    message: str | None = None
    code: str | int | None = None


class _Chunk(Struct):
    choices: list[_Choice] = []
    usage: Used | None = None
    error: _Error | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """A LiteLLM gateway at an address such as `https://llm.example.com`. Raises Unavailable while it is away."""

    address: str
    http: HttpClient

    async def answer(self, secret: str, model: str, message: str, write: Write) -> Used | None:
        """Write the answer in pieces. Return what it used, or None if the gateway does not say.

        Raises GatewayRefused.
        """
        url = f"{self.address.rstrip('/')}/v1/chat/completions"
        body = {
            "model": model,
            "messages": [{"role": "user", "content": message}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        headers = {"Authorization": f"Bearer {secret}", **_ASKS_FOR_COST}
        try:
            async with self.http.post_for_events(url, body, headers, _SILENCE_SECONDS) as stream:
                used = await _written(self._accepted(stream), write)
                return _with_cost(used, stream.reply.headers)
        except HttpClientError as error:
            is_slow = error.kind is FailureKind.TIMED_OUT
            what = "did not answer in time" if is_slow else "cannot be reached, or broke off its answer"
            raise Unavailable(f"The gateway at {self.address} {what}. Run: keydesk doctor") from None

    def _accepted(self, stream: EventStream) -> AsyncIterator[str]:
        status = stream.reply.status
        if status >= _FAILED:
            raise GatewayRefused(status, _text_of(stream.reply.json))
        if stream.events is None:
            raise ClientError(f"{self.address} did not answer like a gateway (status {status}).")
        return stream.events


async def _written(events: AsyncIterator[str], write: Write) -> Used | None:
    """Write the pieces of the answer and return its usage, which is in the last event."""
    used = None
    async for event in events:
        if event == _END:
            break
        chunk = _chunk(event)
        for choice in chunk.choices:
            write((choice.delta and choice.delta.content) or "")
        used = chunk.usage or used
    return used


def _chunk(event: str) -> _Chunk:
    try:
        chunk = json.decode(event, type=_Chunk)
    except MsgspecError:
        raise ClientError("The answer of the gateway cannot be read.") from None
    if chunk.error is not None:
        code = str(chunk.error.code)
        raise GatewayRefused(int(code) if code.isdecimal() else 500, chunk.error.message or "")
    return chunk


def _with_cost(used: Used | None, headers: Mapping[str, str]) -> Used | None:
    """Add the cost in the headers. It can be zero there: a stream starts before its cost is known."""
    if used is None or used.cost is not None:
        return used
    try:
        return Used(used.prompt_tokens, used.completion_tokens, float(headers.get(_COST, "")) or None)
    except ValueError:
        return used


def _text_of(said: Any) -> str:
    """Return the message of an error: `{"error": {"message": ...}}`."""
    try:
        error = convert(said, _Chunk).error
    except MsgspecError:
        return ""
    return (error and error.message) or ""
