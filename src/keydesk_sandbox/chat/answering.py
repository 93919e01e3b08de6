"""The common flow of all model calls: read the request, check access, return the mock text, charge it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.charging import charge
from keydesk_sandbox.chat.formats import Exchange, Format, Reply
from keydesk_sandbox.chat.gate import admit
from keydesk_sandbox.chat.requests import read_payload, require
from keydesk_sandbox.chat.tokens import (
    MOCK_COMPLETION_TOKENS,
    MOCK_PROMPT_TOKENS,
    count_text,
    count_texts,
)
from keydesk_sandbox.spending.budgets import has_budget


def answer(call: Call, form: Format, in_path: Mapping[str, Any] | None = None) -> Answer:
    """Respond to a request of this API, as a stream of events if requested and supported.

    `in_path` has the members that an API takes from its path instead of the body. The response does not depend on the
    prompt: tools, images and thinking are accepted and not used.
    """
    payload = {**read_payload(call), **(in_path or {})}
    for name in form.required:
        require(call, payload, form, name)
    texts = form.prompt(payload)
    admission = admit(call, payload, form, count_texts(texts))
    text = admission.model.mock_response or ""
    streamed = form.events if payload.get("stream") else None
    exchange = _exchange(call, form, texts, text, is_streamed=streamed is not None)
    headers = charge(call, admission, form.api.logged_as, exchange)
    cost = float(headers["x-litellm-response-cost"])
    reply = Reply(payload, admission.name, text, exchange, int(call.now.timestamp()), cost)
    if streamed is None:
        return Answer(form.body(reply), 200, headers)
    return Answer("".join(streamed(reply)), 200, _stream_headers(headers), "text/event-stream")


def _exchange(call: Call, form: Format, texts: list[str], text: str, *, is_streamed: bool) -> Exchange:
    """Return the tokens of the call. LiteLLM counts streams, and prompts if a budget applies."""
    is_fixed = form.has_fixed_usage and not is_streamed
    prompt = MOCK_PROMPT_TOKENS if is_fixed and not has_budget(call) else form.count(texts)
    completion = MOCK_COMPLETION_TOKENS if is_fixed else count_text(text)
    return Exchange(f"{form.id_prefix}{uuid4()}", prompt, completion)


def _stream_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a stream, which starts before its cost is known."""
    total, prefix = "x-litellm-response-cost", "x-litellm-response-cost-"
    kept = {name: "0.0" if name.startswith(prefix) else value for name, value in headers.items()}
    cost = float(kept.pop(total))
    before = max(0.0, round(float(kept["x-litellm-key-spend"]) - cost, 12))
    return {
        **kept,
        "x-litellm-key-spend": str(before),
        "x-accel-buffering": "no",
        "cache-control": "no-cache",
    }
