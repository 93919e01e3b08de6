"""The two kinds of shape: `Answered` is what LiteLLM says, `Sent` is what it is told. Neither does I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """Return the time in UTC, which LiteLLM means where it writes no zone.

    A time that UTC's calendar does not have becomes the first or last one that it has.
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
"""A point in time in UTC, or None. Naive timestamps are taken for UTC."""

Usd = Annotated[float, Field(allow_inf_nan=False)]
"""US dollars, finite: JSON has no way to write the others."""

Metadata = dict[str, JsonValue]
"""What LiteLLM keeps beside an object. Some names act as settings of LiteLLM: filter what people send."""


class Answered(BaseModel):
    """An object as LiteLLM answers it.

    Releases differ in what they include, so unknown members are dropped and null is the same as missing:
    lists become empty, texts and limits None, spend 0. Validation errors never repeat the value they complain
    about.
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
        """Return LiteLLM's members as this shape has them; shapes that are nested otherwise say so here."""
        return data


class Sent(BaseModel):
    """A request body, built member by member. An unknown member is a bug and raises at once.

    LiteLLM silently ignores unknown members, so a misspelt limit would otherwise be no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def new_body(self) -> dict[str, JsonValue]:
        """Return the body that creates something: members that are None are not sent."""
        return self.model_dump(mode="json", exclude_none=True)

    def changed_body(self) -> dict[str, JsonValue]:
        """Return the body that changes something: members never set are not sent, None is sent as null."""
        return self.model_dump(mode="json", exclude_unset=True)
