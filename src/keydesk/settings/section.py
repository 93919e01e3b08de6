"""The base class of all sections of the configuration. `loading` reads the values."""

from collections.abc import Callable, Iterator
from types import NoneType
from typing import Any, ClassVar, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from keydesk.settings.key_paths import KeyPath, path_text

Faults = Iterator[tuple[KeyPath, str]]
"""Paths of settings, and what is expected there."""
REFUSED = "refused"
"""The type of the validation error of a section that breaks its rules."""
_Rule = TypeVar("_Rule", bound=Callable[[Any], Faults])


def rule(check: _Rule) -> _Rule:
    """Mark a method of a section that yields what is inconsistent between the section's values."""
    check.is_rule = True  # type: ignore[attr-defined]
    return check


class Section(BaseModel):
    """A section of the configuration. Rejects unknown names. Error messages never quote text.

    The docstring of a field is its description in docs/reference/configuration.md and in the JSON Schema.
    """

    rules: ClassVar[tuple[Callable[[Any], Faults], ...]] = ()

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

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        inherited = [each for base in reversed(cls.__mro__) for each in vars(base).values()]
        cls.rules = tuple(each for each in inherited if getattr(each, "is_rule", False))

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, content: Any) -> Any:
        return cls.without_nulls(content)

    @classmethod
    def without_nulls(cls, content: Any) -> Any:
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

    @model_validator(mode="after")
    def _follow_rules(self) -> Self:
        if faults := [fault for check in self.rules for fault in check(self)]:
            text = "; ".join(f"{path_text(at)}: {expected}" for at, expected in faults)
            raise PydanticCustomError(REFUSED, "{text}", {"text": text, "faults": faults})
        return self
