"""Validates bodies with pydantic and reports errors as FastAPI does: type, loc and msg, without values."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from keydesk_sandbox.errors import InvalidError

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], payload: Any) -> Model:
    """Return the payload as this model, or raise FastAPI's 422."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidError(
            [{"type": fault["type"], "loc": ["body", *fault["loc"]], "msg": fault["msg"]} for fault in faults]
        ) from error
