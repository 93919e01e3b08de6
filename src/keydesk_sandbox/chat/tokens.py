"""Token counts of requests and answers. An estimate, made to agree with LiteLLM's counts on short texts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

MOCK_PROMPT_TOKENS: Final = 10
"""What LiteLLM reports for the prompt of a mock answer when nothing made it count."""

MOCK_COMPLETION_TOKENS: Final = 20
"""What LiteLLM reports for a mock answer, whatever its length."""

_PER_MESSAGE: Final = 4
_PER_REQUEST: Final = 3
_PIECE: Final = re.compile(r"[^\W\d_]{1,8}|\s(?=\d)|\d{1,3}|[^\w\s]|_")


def count_text(text: str) -> int:
    """Return about how many tokens a text has."""
    return len(_PIECE.findall(text))


def count_texts(messages: Iterable[Any]) -> Iterator[int]:
    """Yield the tokens of each message's text."""
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else message
        yield count_text(content if isinstance(content, str) else str(content))


def count_messages(messages: Iterable[Any]) -> int:
    """Return about how many tokens a chat request has; `hello` alone is 8, as in LiteLLM."""
    return _PER_REQUEST + sum(_PER_MESSAGE + count for count in count_texts(messages))
