"""Phrases that must not occur in texts for people. CONTRIBUTING.md says how to write instead."""

import re

OLD_VOICE = (
    "anew",
    "asks? nobody",
    "at once",
    "be it",
    "besides",
    "is told",
    "are told",
    "was told",
    "key desk",
    "looks? whether",
    "look(s|ed|ing)? after",
    "mend(s|ed|ing)?",
    "names? nobody",
    "nobody (asks|calls|waits)",
    "st(and|ands|ood|anding) in line",
    "the word of",
    "who asks",
    "whoever",
    "works for",
)
"""Regular expressions of whole words; a space stands for any white space."""

_PATTERN = re.compile(rf"\b(?:{'|'.join(OLD_VOICE)})\b".replace(" ", r"\s+"), re.IGNORECASE)


def old_phrases(text: str) -> list[str]:
    """Return the phrases of `text` that are on the list, each with its line number."""
    lines = ((text.count("\n", 0, match.start()) + 1, match[0]) for match in _PATTERN.finditer(text))
    return [f"line {number}: {phrase}" for number, phrase in lines]
