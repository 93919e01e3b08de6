"""The differences between the model APIs: where the prompt is, and the format of responses, streams and errors."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keydesk_sandbox.chat.tokens import count_prompt
from keydesk_sandbox.errors import GatewayError, ProxyError
from keydesk_sandbox.spending.apis import Api

Json = dict[str, Any]

_PIECE: Final = 3
"""Characters per piece of a streamed mock response, as in LiteLLM."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The tokens of one call."""

    request_id: str
    prompt_tokens: int
    completion_tokens: int

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """The mock response to one request. `created` is in Unix seconds, `cost` in USD."""

    payload: Mapping[str, Any]
    model: str
    text: str
    exchange: Exchange
    created: int
    cost: float

    @property
    def id(self) -> str:
        return self.exchange.request_id

    @property
    def pieces(self) -> list[str]:
        """Return the text as it is streamed."""
        return [self.text[start : start + _PIECE] for start in range(0, len(self.text), _PIECE)]


@dataclass(frozen=True, slots=True)
class Format:
    """One API.

    `prompt` returns the texts of a request, which `count` converts to tokens. Without `events` an API has no streams.
    LiteLLM reports the same usage for every mock response of an API with `has_fixed_usage`.
    """

    api: Api
    id_prefix: str
    required: tuple[str, ...]
    prompt: Callable[[Json], list[str]]
    body: Callable[[Reply], Json]
    events: Callable[[Reply], Iterator[str]] | None = None
    count: Callable[[list[str]], int] = count_prompt
    has_fixed_usage: bool = False
    refusal: Callable[[ProxyError], GatewayError] = lambda error: error


def data(content: Json) -> str:
    """Return a server-sent event without a name."""
    return f"data: {json.dumps(content, separators=(',', ':'))}\n\n"


def event(content: Json) -> str:
    """Return a server-sent event whose name is the type of its content."""
    return f"event: {content['type']}\n{data(content)}"
