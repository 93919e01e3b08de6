"""Matches model names against wildcards such as `openai/*` the way LiteLLM does. Pure.

`covers` is true only if LiteLLM certainly allows the name. Use it to decide what a person can use. `may_cover` is false
only if LiteLLM certainly refuses the name. Use it to decide what a granted name gives access to.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_STAR: Final = "*"
_PLAIN: Final = re.compile(r"[\w./:@ *-]*")
_OPENAI: Final = (
    r"(chat)?gpt|chat|o\d|ft:|text|tts|whisper|sora|dall|omni|computer|codex|daybreak|davinci|babbage"
)
_GOOGLE: Final = r"gemini|gemma|text|chat|code|medlm|multimodal|imag|deep|veo|lyria"
_FAMILIES: Final[Mapping[str, str]] = {
    "openai": _OPENAI,
    "text-completion-openai": _OPENAI,
    "anthropic": "claude",
    "bedrock": r"claude|[\w-]+\.",
    "vertex_ai": rf"claude|{_GOOGLE}",
    "gemini": _GOOGLE,
    "cohere": "c4|command|embed|rerank",
    "cohere_chat": "c4|command",
    "ai21": r"j\d|jamba",
    "ai21_chat": r"j\d|jamba",
    "nlp_cloud": "chatdolphin|dolphin",
}
"""Prefixes of model names that LiteLLM assigns to a provider: a list with `openai/*` allows `gpt-4o`.

LiteLLM uses its list of published models, which grows. These prefixes cover more than that list in 1.109.1.
"""


def is_wildcard(name: str) -> bool:
    return _STAR in name


def covers(wildcard: str, name: str) -> bool:
    """Return whether the wildcard matches every name that `name` matches. `name` may be a wildcard itself."""
    if not is_wildcard(wildcard):
        return False
    return re.fullmatch(".*".join(map(re.escape, wildcard.split(_STAR))), name) is not None


def may_cover(wildcard: str, name: str) -> bool:
    """Return whether a list with the wildcard may allow `name`, or some of the names that `name` matches.

    LiteLLM turns the wildcard into a regular expression without escaping it: `a|*` matches everything, and a dot
    matches any character.
    """
    if not _PLAIN.fullmatch(wildcard):
        return True
    return any(_overlap(wildcard, full) for full in (name, *_with_providers(name)))


def _with_providers(name: str) -> Iterator[str]:
    """Yield the name with each provider prefix that LiteLLM may add to it."""
    if "/" not in name:
        for provider, family in _FAMILIES.items():
            if is_wildcard(name) or re.match(family, name, re.IGNORECASE):
                yield f"{provider}/{name}"


def _overlap(wildcard: str, name: str) -> bool:
    """Return whether some text matches both. If both have stars, only their prefixes and suffixes are compared."""
    if not is_wildcard(name):
        pattern = ".*".join(re.escape(part).replace(r"\.", ".") for part in wildcard.split(_STAR))
        return re.fullmatch(pattern, name) is not None
    first, second = _ends(wildcard), _ends(name)
    return _agree(first[0], second[0]) and _agree(first[1][::-1], second[1][::-1])


def _ends(wildcard: str) -> tuple[str, str]:
    return wildcard.partition(_STAR)[0], wildcard.rpartition(_STAR)[2]


def _agree(one: str, other: str) -> bool:
    """Return whether one text is a prefix of the other. A dot matches any character."""
    return all(a == b or "." in (a, b) for a, b in zip(one, other, strict=False))
