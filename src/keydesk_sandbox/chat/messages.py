"""`POST /v1/messages` and `/v1/messages/count_tokens`: the Anthropic Messages API."""

from collections.abc import Iterator
from typing import Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.answering import answer
from keydesk_sandbox.chat.formats import Format, Json, Reply, event
from keydesk_sandbox.chat.gate import check_reach
from keydesk_sandbox.chat.requests import read_payload
from keydesk_sandbox.chat.tokens import count_prompt, texts_of
from keydesk_sandbox.errors import AnthropicError, ProxyError
from keydesk_sandbox.spending.apis import MESSAGES


def create_message(call: Call) -> Answer:
    """Return a message."""
    return answer(call, _FORMAT)


def count_tokens(call: Call) -> Json:
    """Return the length of a prompt. The key must be allowed to call the model; nothing is charged."""
    payload = read_payload(call)
    check_reach(call, payload, MESSAGES)
    for name in ("model", "messages"):
        if not payload.get(name):
            raise AnthropicError(ProxyError(400, f"{name} parameter is required", "invalid_request_error"))
    return {"input_tokens": count_prompt(_prompt(payload))}


def _prompt(payload: Json) -> list[str]:
    return texts_of(payload.get("system"), payload["messages"])


def _body(reply: Reply) -> Json:
    usage = {
        "input_tokens": reply.exchange.prompt_tokens,
        "output_tokens": reply.exchange.completion_tokens,
    }
    content = [{"text": reply.text, "type": "text"}]
    return {**_head(reply), "content": content, "stop_reason": "end_turn", "usage": usage}


def _head(reply: Reply) -> Json:
    return {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _events(reply: Reply) -> Iterator[str]:
    given, written = reply.exchange.prompt_tokens, reply.exchange.completion_tokens
    cached = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    usage = {"input_tokens": given, **cached, "output_tokens": 0}
    yield event({"type": "message_start", "message": {**_head(reply), "usage": usage}})
    block = {"type": "text", "text": ""}
    yield event({"type": "content_block_start", "index": 0, "content_block": block})
    yield event({"type": "ping"})
    for piece in reply.pieces:
        delta = {"type": "text_delta", "text": piece}
        yield event({"type": "content_block_delta", "index": 0, "delta": delta})
    yield event({"type": "content_block_stop", "index": 0})
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    yield event({"type": "message_delta", "delta": ended, "usage": {**usage, "output_tokens": written}})
    yield event({"type": "message_stop"})


_FORMAT: Final = Format(
    api=MESSAGES,
    id_prefix="msg_",
    required=("messages", "max_tokens"),
    prompt=_prompt,
    body=_body,
    events=_events,
    refusal=AnthropicError,
)
