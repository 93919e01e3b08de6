"""`POST /v1beta/models/{model}:generateContent` and its variants: the Gemini API, with the model in the path."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.answering import answer
from keydesk_sandbox.chat.formats import Format, Json, Reply, data
from keydesk_sandbox.chat.gate import check_reach
from keydesk_sandbox.chat.requests import read_payload
from keydesk_sandbox.chat.tokens import count_prompt, text_of
from keydesk_sandbox.spending.apis import GENERATE_CONTENT, STREAM_CONTENT


def generate_content(call: Call) -> Answer:
    """Return a response."""
    return answer(call, _FORMAT, {"model": _model(call), "stream": False})


def stream_content(call: Call) -> Answer:
    """Return a stream, with or without `alt=sse`, as LiteLLM does."""
    return answer(call, _STREAM, {"model": _model(call), "stream": True})


def count_content(call: Call) -> Json:
    """Return the length of a prompt. The key must be allowed to call the model; nothing is charged."""
    payload = {**read_payload(call), "model": _model(call)}
    check_reach(call, payload, GENERATE_CONTENT)
    return {"totalTokens": count_prompt(_prompt(payload))}


def _model(call: Call) -> str:
    name: str = call.request.path_params["model"]
    return name


def _prompt(payload: Json) -> list[str]:
    contents = payload.get("contents")
    said = contents if isinstance(contents, list) else [contents]
    return [text_of(_parts(each)) for each in (payload.get("systemInstruction"), *said) if each is not None]


def _parts(content: Any) -> Any:
    return content.get("parts") if isinstance(content, dict) else content


def _body(reply: Reply) -> Json:
    candidate = _candidate([{"text": reply.text}], "STOP")
    return {"text": reply.text, "candidates": [candidate], "usageMetadata": _usage(reply)}


def _events(reply: Reply) -> Iterator[str]:
    for piece in reply.pieces:
        yield data({"candidates": [_candidate([{"text": piece}], None)]})
    yield data({"candidates": [_candidate([], "STOP")], "usageMetadata": _usage(reply)})


def _candidate(parts: list[Json], finish_reason: str | None) -> Json:
    content = {"parts": parts, "role": "model"}
    return {"content": content, "finishReason": finish_reason, "index": 0, "safetyRatings": []}


def _usage(reply: Reply) -> Json:
    used = reply.exchange
    return {
        "promptTokenCount": used.prompt_tokens,
        "candidatesTokenCount": used.completion_tokens,
        "totalTokenCount": used.total_tokens,
    }


_FORMAT: Final = Format(
    api=GENERATE_CONTENT,
    id_prefix="chatcmpl-",
    required=("contents",),
    prompt=_prompt,
    body=_body,
    events=_events,
    has_fixed_usage=True,
)
_STREAM: Final = replace(_FORMAT, api=STREAM_CONTENT)
