"""Reads additional content of the OpenAPI document from the YAML files in this folder.

The key of an entry is the method and path. An entry has `problems` (slugs, or names of groups in `_shared.yaml`), and
the examples `request`, `answer` (JSON), `answer_text` and `answer_headers`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

_FOLDER = Path(__file__).parent
_SHARED = "_shared.yaml"


class Notes(BaseModel):
    """The additional content of an operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    problems: tuple[str, ...] = ()
    request: Any = None
    answer: Any = None
    answer_text: str | None = None
    answer_headers: Mapping[str, str] = Field(default_factory=dict)


class Shared(BaseModel):
    """Content that operations share.

    `problems` has an example message for each slug, `groups` names sets of slugs, and `fields` describes fields of
    requests and responses that have no description.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tags: Mapping[str, str]
    parameters: Mapping[str, str]
    groups: Mapping[str, Annotated[tuple[str, ...], Field(strict=False)]]
    problems: Mapping[str, str]
    fields: Mapping[str, str]

    def slugs(self, names: tuple[str, ...]) -> set[str]:
        """Return the slugs in a list of slugs and groups."""
        return {slug for name in names for slug in self.groups.get(name, (name,))}


def operation_notes() -> dict[str, Notes]:
    """Return the content of all operations, with keys such as `GET /keys`."""
    files = sorted(path for path in _FOLDER.glob("*.yaml") if path.name != _SHARED)
    entries = [entry for path in files for entry in _content(path).items()]
    return {operation: Notes.model_validate(entry) for operation, entry in entries}


def shared_notes() -> Shared:
    return Shared.model_validate(_content(_FOLDER / _SHARED))


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
