"""How settings are named in messages: paths such as `litellm.provisioning.roles[0].group`, and suggestions."""

from collections.abc import Iterable
from difflib import get_close_matches

KeyPath = tuple[str | int, ...]


def path_text(path: KeyPath) -> str:
    """The path as people write it; a name with a dot in it is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean x?` for the known name nearest to `name`, else nothing.

    Letter case, underscores and hyphens do not count: they are what people get wrong most.
    """
    by_letters = {_letters(candidate): candidate for candidate in known}
    near = get_close_matches(_letters(name), by_letters, n=1, cutoff=0.7)
    return f"; did you mean {by_letters[near[0]]}?" if near else ""


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
