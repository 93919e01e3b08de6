"""Reads form fields. Text that is not a number stays text, and validation rejects it. Pure."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from keydesk.http.problem_handlers import validation_problem

Body = TypeVar("Body", bound=BaseModel)


def text_of(form: FormData, name: str) -> str:
    """Return the field's text; empty for a missing field or a file."""
    return next(iter(texts_of(form, name)), "")


def texts_of(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def amount(text: str) -> float | str | None:
    """None for an empty field."""
    try:
        return float(text) if text.strip() else None
    except ValueError:
        return text


def whole_number(text: str) -> int | str | None:
    """None for an empty field."""
    try:
        return int(text) if text.strip() else None
    except ValueError:
        return text


def validated(body: type[Body], values: dict[str, Any]) -> Body:
    """Return the values as the API's request body. Raises InvalidRequest like the API."""
    try:
        return body.model_validate(values)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise validation_problem(faults) from None
