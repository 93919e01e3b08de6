"""The base class of all sections of the configuration. `loading` reads the values."""

from collections.abc import Iterable
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from keydesk.settings.key_paths import KeyPath, path_text


class Section(BaseModel):
    """A section of the configuration. Rejects unknown names. Error messages never contain values.

    The docstring of a field is its description in docs/reference/configuration.md and in the JSON Schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=False,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, content: Any) -> Any:
        """Drop null values of fields that cannot be null, so that these fields keep their defaults."""
        if not isinstance(content, dict):
            return content
        with_default = {
            name
            for python_name, field in cls.model_fields.items()
            if NoneType not in get_args(field.annotation)
            for name in (python_name, field.alias)
        }
        return {
            name: value for name, value in content.items() if value is not None or name not in with_default
        }


def refuse(faults: Iterable[tuple[bool, KeyPath, str]]) -> None:
    """Reject a section whose values are inconsistent. Each check is (is it wrong, path, explanation).

    Raises PydanticCustomError with all failed checks, for use in a validator of a Section.
    """
    found = [(at, expected) for is_wrong, at, expected in faults if is_wrong]
    if found:
        text = "; ".join(f"{path_text(at)}: {expected}" for at, expected in found)
        raise PydanticCustomError("refused", "{text}", {"text": text, "faults": found})
