"""`POST /v1/chat/completions`: the OpenAI Chat Completions API."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.answering import answer
from keydesk_sandbox.chat.formats import Exchange, Format, Json, Reply, data
from keydesk_sandbox.chat.tokens import texts_of
from keydesk_sandbox.spending.apis import CHAT_COMPLETIONS


def complete_chat(call: Call) -> Answer:
    """Return a chat completion."""
    return answer(call, _FORMAT)


def _prompt(payload: Json) -> list[str]:
    return texts_of(payload["messages"])


def _body(reply: Reply) -> Json:
    message = {"content": reply.text, "role": "assistant"}
    choices = [
        {"finish_reason": "stop", "index": index, "message": message}
        for index in range(_wanted(reply.payload))
    ]
    return {**_head(reply), "object": "chat.completion", "choices": choices, "usage": _usage(reply.exchange)}


def _events(reply: Reply) -> Iterator[str]:
    """Yield the response in pieces of a few characters, as LiteLLM streams mock responses."""
    chunk = {**_head(reply), "object": "chat.completion.chunk"}
    for number, piece in enumerate(reply.pieces):
        delta = ({"role": "assistant"} if number == 0 else {}) | {"content": piece}
        yield data({**chunk, "choices": [{"index": 0, "delta": delta}]})
    yield data({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if _wants_usage(reply.payload):
        details = {"reasoning_tokens": 0, "text_tokens": reply.exchange.completion_tokens}
        usage = {**_usage(reply.exchange), "completion_tokens_details": details, "cost": reply.cost}
        yield data({**chunk, "choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def _head(reply: Reply) -> Json:
    return {"id": reply.id, "created": reply.created, "model": reply.model}


def _wanted(payload: Mapping[str, Any]) -> int:
    number = payload.get("n")
    return number if isinstance(number, int) and number > 0 else 1


def _usage(exchange: Exchange) -> Json:
    return {
        "completion_tokens": exchange.completion_tokens,
        "prompt_tokens": exchange.prompt_tokens,
        "total_tokens": exchange.total_tokens,
    }


def _wants_usage(payload: Mapping[str, Any]) -> bool:
    options = payload.get("stream_options")
    return isinstance(options, dict) and bool(options.get("include_usage"))


_FORMAT: Final = Format(
    api=CHAT_COMPLETIONS,
    id_prefix="chatcmpl-",
    required=("messages",),
    prompt=_prompt,
    body=_body,
    events=_events,
    has_fixed_usage=True,
)
