"""Formats the paths of settings for messages, such as `litellm.provisioning.roles[0].group`, and suggests names."""

from collections.abc import Iterable
from difflib import get_close_matches

KeyPath = tuple[str | int, ...]


def path_text(path: KeyPath) -> str:
    """Return the path as text. Names that contain a dot are quoted."""
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
    """Return `; did you mean x?` for the known name closest to `name`, or an empty text.

    The comparison ignores case, underscores and hyphens.
    """
    by_letters = {_letters(candidate): candidate for candidate in known}
    near = get_close_matches(_letters(name), by_letters, n=1, cutoff=0.7)
    return f"; did you mean {by_letters[near[0]]}?" if near else ""


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
