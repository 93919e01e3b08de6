"""`POST /v1/embeddings`: vectors made from the text's hash, charged like any call."""

import random
from typing import Any
from uuid import uuid4

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.charging import Exchange, charge
from keydesk_sandbox.chat.gate import admit
from keydesk_sandbox.chat.requests import read_payload, require
from keydesk_sandbox.chat.tokens import count_text

_DIMENSIONS = 1536


def embed(call: Call) -> Answer:
    """Answer an embedding request for one text or several."""
    payload = read_payload(call)
    given = require(call, payload, "/embeddings", "input")
    texts = given if isinstance(given, list) else [given]
    tokens = sum(count_text(str(text)) for text in texts)
    admission = admit(call, payload, "/embeddings", tokens)
    exchange = Exchange(str(uuid4()), tokens, 0, "/embeddings")
    headers = charge(call, admission, exchange)
    data = [
        {"embedding": _vector(str(text)), "index": index, "object": "embedding"}
        for index, text in enumerate(texts)
    ]
    usage: dict[str, Any] = {"completion_tokens": 0, "prompt_tokens": tokens, "total_tokens": tokens}
    body = {"model": admission.name, "data": data, "object": "list", "usage": usage}
    return Answer(body, 200, headers)


def _vector(text: str) -> list[float]:
    source = random.Random(text)  # noqa: S311 - a repeatable stand-in for an embedding, not a secret
    return [round(source.uniform(-1, 1), 6) for _ in range(_DIMENSIONS)]
