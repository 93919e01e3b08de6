"""Field types of settings and request bodies, and the base class of request bodies."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from keydesk.kit.durations import budget_period_days, check_duration, to_litellm_budget


def _whole_days(text: str) -> str:
    if budget_period_days(to_litellm_budget(check_duration(text))) is None:
        raise ValueError("expected a number of whole days, such as 1d or 30d")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not contain control characters or line breaks")
    return text


def _identifying(text: str) -> str:
    if not text.strip() or text in {".", ".."}:
        raise ValueError("must be an id, not blank, '.' or '..'")
    return _printable(text)


Printable = Annotated[str, AfterValidator(_printable)]
"""Text without control characters. PostgreSQL rejects some of them, such as NUL."""
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PositiveUsd = Annotated[float, Field(gt=0, allow_inf_nan=False)]
RateLimit = Annotated[int, Field(gt=0, le=2**31 - 1)]
Duration = Annotated[str, AfterValidator(check_duration)]
WholeDays = Annotated[str, AfterValidator(_whole_days)]
"""A duration of whole days, such as `30d` or `2w`."""
BudgetPeriod = WholeDays
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_printable)
]
"""A name that a person chose: trimmed, 1 to 100 characters, without control characters."""
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_identifying)]
"""An id in LiteLLM, such as a team id: 1 to 255 characters."""


class RequestBody(BaseModel):
    """A request body. Rejects unknown fields and values of the wrong JSON type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
