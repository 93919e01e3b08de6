"""Prints text from LiteLLM and from files safely."""

from functools import cache

from rich.console import Console


@cache
def console() -> Console:
    """Return a console that prints texts as they are, without markup."""
    return Console(soft_wrap=True, markup=False, highlight=False)


def printable(text: str) -> str:
    """Return the text without control characters: LiteLLM accepts any key alias, such as terminal escape sequences."""
    return "".join(character if character.isprintable() else "?" for character in text)
