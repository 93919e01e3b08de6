"""Reads what was typed into forms. What is no number stays a text, and is refused like any other wrong value. Pure."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from keydesk.http.problem_handlers import validation_problem

Body = TypeVar("Body", bound=BaseModel)


def text_of(form: FormData, name: str) -> str:
    """The field's text; empty for one that was not sent, or is a file."""
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
    """The body the API would take. Raises InvalidRequest like the API."""
    try:
        return body.model_validate(values)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise validation_problem(faults) from None
