"""`POST /v1/chat/completions`: checked, answered with the configured mock text, charged."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.charging import Exchange, charge
from keydesk_sandbox.chat.gate import admit
from keydesk_sandbox.chat.requests import read_payload, require
from keydesk_sandbox.chat.tokens import (
    MOCK_COMPLETION_TOKENS,
    MOCK_PROMPT_TOKENS,
    count_messages,
    count_text,
    count_texts,
)
from keydesk_sandbox.spending.budgets import has_budget

Json = dict[str, Any]


def complete_chat(call: Call) -> Answer:
    """Answer a chat completion, as a stream of events if asked."""
    payload = read_payload(call)
    given = require(call, payload, "/chat/completions", "messages")
    messages = given if isinstance(given, list) else [given]
    admission = admit(call, payload, "/chat/completions", sum(count_texts(messages)))
    text = admission.model.mock_response or ""
    streamed = bool(payload.get("stream"))
    exchange = _exchange(call, messages, text if streamed else None)
    headers = charge(call, admission, exchange)
    created = int(call.now.timestamp())
    base = {"id": exchange.request_id, "created": created, "model": admission.name}
    if streamed:
        usage = _streamed_usage(exchange, headers) if _wants_usage(payload) else None
        events = "".join(_events(base, text, usage))
        return Answer(events, 200, _stream_headers(headers), "text/event-stream")
    message = {"content": text, "role": "assistant"}
    choices = [
        {"finish_reason": "stop", "index": index, "message": message} for index in range(_wanted(payload))
    ]
    body = {**base, "object": "chat.completion", "choices": choices, "usage": _usage(exchange)}
    return Answer(body, 200, headers)


def _exchange(call: Call, messages: Any, streamed: str | None) -> Exchange:
    """Return the tokens of the call: LiteLLM counts streams, and prompts where a budget applies."""
    counted = streamed is not None or has_budget(call)
    prompt = count_messages(messages) if counted else MOCK_PROMPT_TOKENS
    completion = MOCK_COMPLETION_TOKENS if streamed is None else count_text(streamed)
    return Exchange(f"chatcmpl-{uuid4()}", prompt, completion, "/chat/completions")


def _wanted(payload: Json) -> int:
    number = payload.get("n")
    return number if isinstance(number, int) and number > 0 else 1


def _usage(exchange: Exchange) -> Json:
    return {
        "completion_tokens": exchange.completion_tokens,
        "prompt_tokens": exchange.prompt_tokens,
        "total_tokens": exchange.prompt_tokens + exchange.completion_tokens,
    }


def _streamed_usage(exchange: Exchange, headers: dict[str, str]) -> Json:
    details = {"reasoning_tokens": 0, "text_tokens": exchange.completion_tokens}
    cost = float(headers["x-litellm-response-cost"])
    return {**_usage(exchange), "completion_tokens_details": details, "cost": cost}


def _wants_usage(payload: Json) -> bool:
    options = payload.get("stream_options")
    return isinstance(options, dict) and bool(options.get("include_usage"))


def _stream_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a stream: it begins before its cost is known."""
    total, prefix = "x-litellm-response-cost", "x-litellm-response-cost-"
    kept = {name: "0.0" if name.startswith(prefix) else value for name, value in headers.items()}
    cost = float(kept.pop(total))
    before = max(0.0, round(float(kept["x-litellm-key-spend"]) - cost, 12))
    return {**kept, "x-litellm-key-spend": str(before), "x-accel-buffering": "no"}


def _events(base: Json, text: str, usage: Json | None) -> Iterator[str]:
    """Yield the answer in pieces of a few characters, as LiteLLM streams mock answers."""
    chunk = {**base, "object": "chat.completion.chunk"}
    pieces = [text[start : start + 3] for start in range(0, len(text), 3)]
    for number, piece in enumerate(pieces):
        delta = ({"role": "assistant"} if number == 0 else {}) | {"content": piece}
        yield _event({**chunk, "choices": [{"index": 0, "delta": delta}]})
    yield _event({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage is not None:
        yield _event({**chunk, "choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def _event(content: Json) -> str:
    return f"data: {json.dumps(content, separators=(',', ':'))}\n\n"
