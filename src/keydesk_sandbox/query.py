"""Query parameters as FastAPI parses them for LiteLLM: bounded integers, booleans, dates, with the same 422s."""

from datetime import date
from urllib.parse import unquote

from starlette.datastructures import QueryParams

from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import InvalidError

_TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "off", "f", "n"})


def integer(
    query: QueryParams, name: str, default: int, minimum: int | None = 1, maximum: int | None = None
) -> int:
    """Return an integer parameter within its bounds, or the default if it is missing."""
    text = query.get(name)
    if text is None:
        return default
    try:
        number = int(text)
    except ValueError:
        wording = "Input should be a valid integer, unable to parse string as an integer"
        raise _invalid(name, "int_parsing", wording) from None
    if minimum is not None and number < minimum:
        wording = f"Input should be greater than or equal to {minimum}"
        raise _invalid(name, "greater_than_equal", wording)
    if maximum is not None and number > maximum:
        raise _invalid(name, "less_than_equal", f"Input should be less than or equal to {maximum}")
    return number


def flag(query: QueryParams, name: str, *, default: bool = False) -> bool:
    """Return a boolean parameter, or the default if it is missing."""
    text = query.get(name)
    if text is None:
        return default
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise _invalid(name, "bool_parsing", "Input should be a valid boolean, unable to interpret input")


def listed(query: QueryParams, name: str) -> list[str]:
    """Return the parts of a comma-separated parameter; empty if it is missing."""
    return [part.strip() for part in query.get(name, "").split(",") if part.strip()]


def text_with_plus(call: Call, name: str) -> str | None:
    """Return a parameter in which a plus is not a space, as LiteLLM parses user ids."""
    for pair in call.request.query_string.split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unquote(value)
    return None


def is_date(text: str) -> bool:
    """Return whether the text is a date as `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _invalid(name: str, kind: str, wording: str) -> InvalidError:
    return InvalidError([{"type": kind, "loc": ["query", name], "msg": wording}])
