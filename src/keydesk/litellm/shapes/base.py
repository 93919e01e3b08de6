"""Base classes: `Answered` for LiteLLM's responses, `Sent` for request bodies. No I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """Return the time in UTC. LiteLLM's times without a time zone are in UTC.

    A time outside the range of datetime becomes its first or last value.
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == _FIRST.year else _LAST


def _blank_is_missing(value: object) -> object:
    return None if value == "" else value


Moment = Annotated[
    datetime | None, BeforeValidator(_blank_is_missing), AfterValidator(lambda at: at and in_utc(at))
]
"""A point in time in UTC, or None. Times without a time zone are in UTC."""

Usd = Annotated[float, Field(allow_inf_nan=False)]
"""US dollars, finite: JSON has no infinity or NaN."""

Metadata = dict[str, JsonValue]
"""Custom data of an object. LiteLLM uses some names as settings: filter what users send."""


class Answered(BaseModel):
    """An object in a LiteLLM response.

    Releases differ in the members they send. Unknown members are ignored, and null is the same as absent: lists
    become empty, texts and limits None, spend 0. Validation errors do not contain the values.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in cls.arranged(data).items() if value is not None}

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the members in the structure of this shape. Override it for members that LiteLLM nests differently."""
        return data


class Sent(BaseModel):
    """A request body. An unknown member is a bug and raises ValidationError.

    LiteLLM silently ignores unknown members, so a misspelled limit would otherwise be no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def new_body(self) -> dict[str, JsonValue]:
        """Return the body of a create call, without members that are None."""
        return self.model_dump(mode="json", exclude_none=True)

    def changed_body(self) -> dict[str, JsonValue]:
        """Return the body of an update call, without members that were not set. None is sent as null."""
        return self.model_dump(mode="json", exclude_unset=True)
