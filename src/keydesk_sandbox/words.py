"""Long lists of member names, written as text so that they fit on a screen."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())
