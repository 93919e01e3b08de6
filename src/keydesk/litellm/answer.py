"""The answer to a call, and how it becomes a shape. Whatever does not fit is an UnexpectedAnswer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import from_json

from keydesk.litellm.errors import UnexpectedAnswer
from keydesk.litellm.sanitising import sanitised

S = TypeVar("S", bound=BaseModel)


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
            raise UnexpectedAnswer(f"{self.route} answered {self.status} without JSON ({kind})") from None
        return parsed

    def members(self) -> dict[str, JsonValue]:
        """Return the body, which must be a JSON object. Raises UnexpectedAnswer."""
        body = self.json()
        if not isinstance(body, dict):
            raise UnexpectedAnswer(f"{self.route} answered with JSON that is not an object")
        return body

    def member(self, name: str) -> dict[str, JsonValue]:
        """Return the JSON object that is one member of the body. Raises UnexpectedAnswer."""
        value = self.members().get(name)
        if not isinstance(value, dict):
            raise UnexpectedAnswer(f"{self.route} answered without {name}")
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
            raise UnexpectedAnswer(f"{self.route} answered in another shape: {faults}") from None

    def read_each(self, shape: type[S], parts: object) -> tuple[S, ...]:
        """Return a list taken from the body, each item as that shape. Raises UnexpectedAnswer."""
        if not isinstance(parts, list):
            raise UnexpectedAnswer(f"{self.route} answered without a list")
        return tuple(self.read_part(shape, part) for part in parts)


def _faults(failure: ValidationError) -> str:
    """Name the members at fault and why, without their values."""
    faults = failure.errors(include_url=False, include_input=False, include_context=False)
    return sanitised(
        "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:5])
    )
