"""Token counts of requests and responses: estimates that match LiteLLM's counts for short texts."""

import re
from collections.abc import Iterable
from typing import Any, Final

MOCK_PROMPT_TOKENS: Final = 10
"""LiteLLM's token count of the prompt of a mock response if it did not count."""

MOCK_COMPLETION_TOKENS: Final = 20
"""LiteLLM's token count of a mock response of any length."""

_PER_MESSAGE: Final = 4
_PER_REQUEST: Final = 3
_PIECE: Final = re.compile(r"[^\W\d_]{1,8}|\s(?=\d)|\d{1,3}|[^\w\s]|_")
_TEXTS: Final = ("text", "content", "output")


def count_text(text: str) -> int:
    """Return the approximate number of tokens of a text."""
    return len(_PIECE.findall(text))


def count_texts(texts: Iterable[str]) -> int:
    """Return the approximate number of tokens of several texts."""
    return sum(map(count_text, texts))


def count_prompt(texts: Iterable[str]) -> int:
    """Return the approximate number of tokens of a chat; `hello` alone has 8, as in LiteLLM."""
    return _PER_REQUEST + sum(_PER_MESSAGE + count_text(text) for text in texts)


def texts_of(*parts: Any) -> list[str]:
    """Return the text of each message, instruction or system prompt. The value may be a list or None."""
    found: list[str] = []
    for part in parts:
        if part is not None:
            found += [text_of(each) for each in part] if isinstance(part, list) else [text_of(part)]
    return found


def text_of(part: Any) -> str:
    """Return the text of a message or of a part of its content. Images and tool calls have none."""
    if isinstance(part, list):
        return "\n".join(map(text_of, part))
    if isinstance(part, dict):
        return text_of(next((part[name] for name in _TEXTS if name in part), None))
    return part if isinstance(part, str) else ""
