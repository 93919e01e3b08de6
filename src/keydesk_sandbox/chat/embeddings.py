"""`POST /v1/embeddings`: vectors from the text's hash, charged like any call."""

import base64
import random
import struct
from typing import Any, Final

from keydesk_sandbox.call import Answer, Call
from keydesk_sandbox.chat.answering import answer
from keydesk_sandbox.chat.formats import Format, Json, Reply
from keydesk_sandbox.chat.tokens import count_texts
from keydesk_sandbox.spending.apis import EMBEDDINGS

_DIMENSIONS: Final = 1536


def embed(call: Call) -> Answer:
    """Return embeddings for one text or several."""
    return answer(call, _FORMAT)


def _prompt(payload: Json) -> list[str]:
    given = payload["input"]
    return [str(text) for text in given] if isinstance(given, list) else [str(given)]


def _body(reply: Reply) -> Json:
    tokens = reply.exchange.prompt_tokens
    entries = [
        {"embedding": _encoded(_vector(text), reply.payload), "index": index, "object": "embedding"}
        for index, text in enumerate(_prompt({**reply.payload}))
    ]
    usage = {"completion_tokens": 0, "prompt_tokens": tokens, "total_tokens": tokens}
    return {"model": reply.model, "data": entries, "object": "list", "usage": usage}


def _vector(text: str) -> list[float]:
    source = random.Random(text)  # noqa: S311 - a repeatable stand-in for an embedding, not a secret
    return [round(source.uniform(-1, 1), 6) for _ in range(_DIMENSIONS)]


def _encoded(vector: list[float], payload: Any) -> list[float] | str:
    """Return the vector in the requested encoding. The OpenAI SDK requests base64 of 32-bit floats by default."""
    if payload.get("encoding_format") != "base64":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


_FORMAT: Final = Format(
    api=EMBEDDINGS, id_prefix="", required=("input",), prompt=_prompt, body=_body, count=count_texts
)
