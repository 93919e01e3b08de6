"""`POST /v1/responses`: the OpenAI Responses API. Responses are not stored."""

from collections.abc import Iterator
from itertools import count
from typing import Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.answering import answer
from keydesk_sandbox.chat.formats import Format, Json, Reply, event
from keydesk_sandbox.chat.tokens import texts_of
from keydesk_sandbox.spending.apis import RESPONSES


def create_response(call: Call) -> Answer:
    """Return a response."""
    return answer(call, _FORMAT)


def _prompt(payload: Json) -> list[str]:
    return texts_of(payload.get("instructions"), payload["input"])


def _body(reply: Reply) -> Json:
    used = reply.exchange
    usage = {
        "input_tokens": used.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": used.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": used.total_tokens,
    }
    return {**_begun(reply), "output": [_message(reply)], "status": "completed", "usage": usage}


def _begun(reply: Reply) -> Json:
    return {
        "id": reply.id,
        "object": "response",
        "created_at": reply.created,
        "status": "in_progress",
        "model": reply.model,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "temperature": 1.0,
        "top_p": 1.0,
        "metadata": {},
        "text": {"format": {"type": "text"}},
        "reasoning": {"effort": None, "summary": None},
        "truncation": "disabled",
        "store": True,
        **dict.fromkeys(("error", "incomplete_details", "instructions", "max_output_tokens")),
        **dict.fromkeys(("previous_response_id", "usage", "user")),
    }


def _message(reply: Reply) -> Json:
    return {
        "id": f"msg_{reply.id}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [_text(reply.text)],
    }


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _events(reply: Reply) -> Iterator[str]:
    numbers = count()
    for content in _contents(reply):
        yield event({**content, "sequence_number": next(numbers)})
    yield "data: [DONE]\n\n"


def _contents(reply: Reply) -> Iterator[Json]:
    """Yield the contents of the events in OpenAI's order: response, item, content part, and back."""
    message = _message(reply)
    begun = {**message, "status": "in_progress", "content": []}
    item: Json = {"output_index": 0}
    part: Json = {"item_id": message["id"], "output_index": 0, "content_index": 0}
    yield {"type": "response.created", "response": _begun(reply)}
    yield {"type": "response.in_progress", "response": _begun(reply)}
    yield {"type": "response.output_item.added", **item, "item": begun}
    yield {"type": "response.content_part.added", **part, "part": _text("")}
    for piece in reply.pieces:
        yield {"type": "response.output_text.delta", **part, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **part, "text": reply.text, "logprobs": []}
    yield {"type": "response.content_part.done", **part, "part": _text(reply.text)}
    yield {"type": "response.output_item.done", **item, "item": message}
    yield {"type": "response.completed", "response": _body(reply)}


_FORMAT: Final = Format(
    api=RESPONSES,
    id_prefix="resp_",
    required=("input",),
    prompt=_prompt,
    body=_body,
    events=_events,
)
