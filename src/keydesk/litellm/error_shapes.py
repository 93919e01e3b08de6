"""Parses the three formats of LiteLLM's error responses. Does not classify errors.

{"error": {"message", "type", "param", "code"}}   message may be a Python dict printed as text
{"detail": {"error": ...}} or {"detail": "..."}
{"detail": [{"type", "loc", "msg"}]}
"""

import ast
import re
from dataclasses import dataclass

from pydantic_core import from_json

from keydesk.litellm.sanitising import sanitised

_MAX_PRINTED_DICT = 4000
# Member names contain no digits; keys and their hashes do.
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)*")

_PARAM_CLUES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"key with alias", re.IGNORECASE), "key_alias"),
    (re.compile(r"user with email", re.IGNORECASE), "user_email"),
    (re.compile(r"user with id", re.IGNORECASE), "user_id"),
    (re.compile(r"team id = .* already exists", re.IGNORECASE), "team_id"),
    (re.compile(r"unique constraint failed on the fields: \(`(\w+)`\)", re.IGNORECASE), r"\1"),
    (re.compile(r"^invalid (\w*duration) '", re.IGNORECASE), r"\1"),
    (re.compile(r"^setting a model access group on", re.IGNORECASE), "models"),
    (re.compile(r"^invalid duration", re.IGNORECASE), "duration"),
    (re.compile(r"^(\w+_(?:budget|limit)) must be", re.IGNORECASE), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error message of LiteLLM, safe to log. `recognised` is False if the body has none of the known formats."""

    message: str = ""
    param: str | None = None
    recognised: bool = False


def read_complaint(content: bytes) -> Complaint:
    """Parse an error response. Never raises: an unknown format has no message and `recognised=False`."""
    try:
        body = from_json(content)
    except ValueError:
        return Complaint()
    match body:
        case {"error": {"message": message, **others}}:
            return _complaint(_text(message), others.get("param"))
        case {"error": error} if error is not None:
            return _complaint(_text(error), None)
        case {"detail": [*faults]}:
            return _complaint("; ".join(_fault(fault) for fault in faults[:5]), _location(faults))
        case {"detail": detail} if detail is not None:
            return _complaint(_text(detail), None)
        case _:
            return Complaint()


def _complaint(message: str, param: object) -> Complaint:
    named = param if isinstance(param, str) and _NAME.fullmatch(param) else _param_from(message)
    return Complaint(sanitised(message), named, recognised=True)


def _text(message: object) -> str:
    """Return the message from a string, a printed Python dict, or a dict."""
    if isinstance(message, str) and message.startswith("{") and len(message) <= _MAX_PRINTED_DICT:
        try:
            message = ast.literal_eval(message)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return str(message)
    if isinstance(message, dict):
        return _text(next((message[name] for name in ("error", "message", "detail") if name in message), ""))
    return message if isinstance(message, str) else ""


def _fault(fault: object) -> str:
    match fault:
        case {"loc": [*location], "msg": str(text)}:
            return f"{'.'.join(str(part) for part in location[1:])}: {text}".removeprefix(": ")
        case _:
            return _text(fault)


def _location(faults: list[object]) -> str | None:
    match faults:
        case [{"loc": [_, str(name), *_]}, *_]:
            return name
        case _:
            return None


def _param_from(message: str) -> str | None:
    for clue, name in _PARAM_CLUES:
        if found := clue.search(message):
            return found.expand(name)
    return None
