"""Sections that override some settings of another section. Only the settings that are set apply."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, SerializerFunctionWrapHandler, model_serializer

from keydesk.settings.section import Section


def _without_defaults(schema: dict[str, Any]) -> None:
    for entry in schema["properties"].values():
        entry.pop("default", None)


class Overrides(Section):
    """A mixin for a section whose settings override those of its base class."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    @model_serializer(mode="wrap")
    def _only_set_fields(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Serialise only the fields that are set. The defaults of this class do not override anything."""
        names = {
            type(self).model_fields[name].alias for name in self.model_fields_set
        } | self.model_fields_set
        return {name: value for name, value in serialise(self).items() if name in names}

    def overridden(self) -> Mapping[str, Any]:
        """Return the values that are set, by name. The group of a role is not one of them."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "group"}
