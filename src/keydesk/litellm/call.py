"""A call to LiteLLM and its answer. Printing a call shows no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import from_json

from keydesk.litellm.errors import UnexpectedAnswer
from keydesk.litellm.sanitising import sanitised

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `route` is a template (`/key/{token_hash}/reset_spend`), safe to count and to log by.

    Only GET is taken to be repeatable, and only while `repeatable` is not turned off.
    """

    method: Literal["GET", "POST"]
    route: str
    path: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    body: Mapping[str, JsonValue] | None = field(default=None, repr=False)
    timeout_seconds: float | None = None
    repeatable: bool = True

    @property
    def target(self) -> str:
        """Path and query, percent-encoded. It may hold a key hash: never log it.

        A space is %20, not the usual plus, which LiteLLM 1.109.1 takes for a plus in `/user/info`.
        """
        path = self.route.format_map({name: quote(value, safe="") for name, value in self.path.items()})
        return f"{path}?{urlencode(self.query, quote_via=quote)}" if self.query else path

    @property
    def idempotent(self) -> bool:
        return self.method == "GET" and self.repeatable


def named(**ids: str) -> dict[str, str]:
    """Return the ids, none of them empty: without one LiteLLM answers about the master key's own user."""
    for name, value in ids.items():
        if not value.strip() or value in {".", ".."}:
            raise ValueError(f"{name} must not be empty")
    return ids


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Header names are in lower case."""

    route: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def json(self) -> JsonValue:
        """Return the parsed body. Raises UnexpectedAnswer if it is not JSON, or not all of it."""
        try:
            parsed: JsonValue = from_json(self.content)
        except ValueError:
            kind = sanitised(self.headers.get("content-type", "no content type"))
            raise UnexpectedAnswer(f"{self.route} returned {self.status} without JSON ({kind})") from None
        return parsed

    def members(self) -> dict[str, JsonValue]:
        """Return the body, which must be a JSON object. Raises UnexpectedAnswer."""
        body = self.json()
        if not isinstance(body, dict):
            raise UnexpectedAnswer(f"{self.route} returned JSON that is not an object")
        return body

    def member(self, name: str) -> dict[str, JsonValue]:
        """Return the JSON object that is one member of the body. Raises UnexpectedAnswer."""
        value = self.members().get(name)
        if not isinstance(value, dict):
            raise UnexpectedAnswer(f"{self.route} returned no {name}")
        return value

    def read(self, shape: type[S]) -> S:
        """Return the body as that shape. Raises UnexpectedAnswer."""
        return self.read_part(shape, self.json())

    def read_part(self, shape: type[S], part: object) -> S:
        """Return something taken from the body as that shape. Raises UnexpectedAnswer."""
        try:
            return shape.model_validate(part)
        except ValidationError as failure:
            faults = _faults(failure)
            raise UnexpectedAnswer(f"{self.route} returned an unexpected response: {faults}") from None

    def read_each(self, shape: type[S], parts: object) -> tuple[S, ...]:
        """Return a list taken from the body, each item as that shape. Raises UnexpectedAnswer."""
        if not isinstance(parts, list):
            raise UnexpectedAnswer(f"{self.route} returned no list")
        return tuple(self.read_part(shape, part) for part in parts)


def _faults(failure: ValidationError) -> str:
    """Name the members at fault and why, without their values."""
    faults = failure.errors(include_url=False, include_input=False, include_context=False)
    return sanitised(
        "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:5])
    )
