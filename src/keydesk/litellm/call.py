"""A call to LiteLLM and its response. The repr of a call contains no secrets."""

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
    """One call. `route` is a template (`/key/{token_hash}/reset_spend`), safe for metrics and logs.

    Only GET is idempotent here, and only if `repeatable` is True.
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
        """Return path and query, percent-encoded. They can contain a key hash: do not log them.

        Spaces are encoded as %20: LiteLLM 1.109.1 reads a plus literally in `/user/info`.
        """
        path = self.route.format_map({name: quote(value, safe="") for name, value in self.path.items()})
        return f"{path}?{urlencode(self.query, quote_via=quote)}" if self.query else path

    @property
    def idempotent(self) -> bool:
        return self.method == "GET" and self.repeatable


def named(**ids: str) -> dict[str, str]:
    """Return the ids after checking that none is empty: LiteLLM would return the master key's own user."""
    for name, value in ids.items():
        if not value.strip() or value in {".", ".."}:
            raise ValueError(f"{name} must not be empty")
    return ids


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of any status. Header names are in lower case."""

    route: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def json(self) -> JsonValue:
        """Return the parsed body. Raises UnexpectedAnswer if it is not complete JSON."""
        try:
            parsed: JsonValue = from_json(self.content)
        except ValueError:
            kind = sanitised(self.headers.get("content-type", "no content type"))
            raise UnexpectedAnswer(f"{self.route} returned {self.status} without JSON ({kind})") from None
        return parsed

    def members(self) -> dict[str, JsonValue]:
        """Return the body if it is a JSON object. Raises UnexpectedAnswer."""
        body = self.json()
        if not isinstance(body, dict):
            raise UnexpectedAnswer(f"{self.route} returned JSON that is not an object")
        return body

    def member(self, name: str) -> dict[str, JsonValue]:
        """Return the JSON object in one member of the body. Raises UnexpectedAnswer."""
        value = self.members().get(name)
        if not isinstance(value, dict):
            raise UnexpectedAnswer(f"{self.route} returned no {name}")
        return value

    def read(self, shape: type[S]) -> S:
        """Return the body parsed as `shape`. Raises UnexpectedAnswer."""
        return self.read_part(shape, self.json())

    def read_part(self, shape: type[S], part: object) -> S:
        """Return a part of the body parsed as `shape`. Raises UnexpectedAnswer."""
        try:
            return shape.model_validate(part)
        except ValidationError as failure:
            faults = _faults(failure)
            raise UnexpectedAnswer(f"{self.route} returned an unexpected response: {faults}") from None

    def read_each(self, shape: type[S], parts: object) -> tuple[S, ...]:
        """Return a list from the body with each item parsed as `shape`. Raises UnexpectedAnswer."""
        if not isinstance(parts, list):
            raise UnexpectedAnswer(f"{self.route} returned no list")
        return tuple(self.read_part(shape, part) for part in parts)


def _faults(failure: ValidationError) -> str:
    """Return the invalid members and the reasons, without their values."""
    faults = failure.errors(include_url=False, include_input=False, include_context=False)
    return sanitised(
        "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:5])
    )
